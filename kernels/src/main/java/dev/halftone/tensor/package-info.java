/** What a number is and where it lies. Depends on nothing. */
@NullMarked
package dev.halftone.tensor;

import org.jspecify.annotations.NullMarked;
