/** See the module's description. */
@NullMarked
package dev.halftone.evaluate;

import org.jspecify.annotations.NullMarked;
