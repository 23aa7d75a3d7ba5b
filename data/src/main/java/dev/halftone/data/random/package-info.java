/** Samples of seeded random numbers, for models without data. */
@NullMarked
package dev.halftone.data.random;

import org.jspecify.annotations.NullMarked;
