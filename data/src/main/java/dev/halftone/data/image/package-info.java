/** Photos to model inputs: decode, resize, crop, order colours, normalise. */
@NullMarked
package dev.halftone.data.image;

import org.jspecify.annotations.NullMarked;
