/**
 * Static quantization. {@link dev.halftone.quantize.qdq.Placement} decides which operators compute
 * in integers and which values are quantized between them; calibration gives their ranges; {@link
 * dev.halftone.quantize.qdq.QdqGraph} writes the pairs of QuantizeLinear and DequantizeLinear.
 */
@NullMarked
package dev.halftone.quantize.qdq;

import org.jspecify.annotations.NullMarked;
