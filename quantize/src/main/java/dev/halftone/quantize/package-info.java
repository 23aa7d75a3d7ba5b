/** Graph, recipe and statistics to a plan, and the plan to a new graph. */
@NullMarked
package dev.halftone.quantize;

import org.jspecify.annotations.NullMarked;
