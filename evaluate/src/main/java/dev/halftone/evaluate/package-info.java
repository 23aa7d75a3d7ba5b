/** Two models and data to metrics by name. */
@NullMarked
package dev.halftone.evaluate;

import org.jspecify.annotations.NullMarked;
