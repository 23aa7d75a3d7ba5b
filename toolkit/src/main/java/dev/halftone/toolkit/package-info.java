/**
 * The small public door to Halftone: {@link dev.halftone.toolkit.Halftone#open open} a model, ask
 * for a {@linkplain dev.halftone.toolkit.RecipeRequest recipe}, {@linkplain
 * dev.halftone.toolkit.OpenModel#quantize quantize}, {@linkplain
 * dev.halftone.toolkit.QuantizedModel#save save} and {@linkplain
 * dev.halftone.toolkit.SavedModel#evaluate evaluate}. The command line is written on top of it and
 * does nothing that a caller of this package cannot do.
 */
@NullMarked
package dev.halftone.toolkit;

import org.jspecify.annotations.NullMarked;
