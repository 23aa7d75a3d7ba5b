/**
 * Columns changed on the way to the model: windows, transposes, casts, and the fit to a model's
 * input.
 */
@NullMarked
package dev.halftone.data.shape;

import org.jspecify.annotations.NullMarked;
