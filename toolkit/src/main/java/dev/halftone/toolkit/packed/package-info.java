/**
 * Language models from safetensors, a folder or one file, to such with quantized weights, in the
 * compressed-tensors layout that vLLM reads (github.com/vllm-project/compressed-tensors), and back
 * to floats.
 *
 * <p>The matrix {@code [rows, columns]} of each linear module, tensor {@code MODULE.weight},
 * becomes
 *
 * <pre>
 * int4, int8: format "pack-quantized"
 *   MODULE.weight_packed      I32 [rows, columns * bits / 32]: code + 2^(bits - 1), the first in the lowest bits
 *   MODULE.weight_scale       [rows, groups], of the type of the weights
 *   MODULE.weight_zero_point  I32 [rows * bits / 32, groups]: zero point + 2^(bits - 1), packed along
 *                             the rows; only where codes are asymmetric
 *   MODULE.weight_shape       I64 [2]: rows, columns
 * int8 where activations are quantized too: format "int-quantized"
 *   MODULE.weight             I8 [rows, columns]: the code
 *   MODULE.weight_scale       [rows, 1], of the type of the weights
 * fp8-e4m3: format "float-quantized"
 *   MODULE.weight             F8_E4M3 [rows, columns]
 *   MODULE.weight_scale       F32 [rows, 1], or [1] for one scale
 * </pre>
 *
 * <p>A value is {@code (code - zero point) * scale}. All other tensors stay as they are;
 * config.json, or the metadata of one file, gains {@code quantization_config}, which names the
 * modules left out under {@code ignore}.
 */
@NullMarked
package dev.halftone.toolkit.packed;

import org.jspecify.annotations.NullMarked;
