/** What a number is and where it lies; files that are read and written. Depends on nothing. */
@NullMarked
package dev.halftone.tensor;

import org.jspecify.annotations.NullMarked;
