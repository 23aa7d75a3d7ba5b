/** Steps down the gradient. */
@NullMarked
package dev.halftone.train.optimize;

import org.jspecify.annotations.NullMarked;
