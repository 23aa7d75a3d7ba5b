/** Quantization-aware training: from a draft of a quantized file to parameters that do better. */
@NullMarked
package dev.halftone.train;

import org.jspecify.annotations.NullMarked;
