/**
 * Weights that a folder holds in quantized form, read as floats. A matrix {@code [rows, columns]}
 * of a module, in transformers {@code MODULE.weight}, is stored as
 *
 * <pre>
 * compressed-tensors, packed (format pack-quantized)
 *   weight_packed      I32 [rows, ceil(columns bits / 32)], code + 2^(bits - 1)
 *   weight_scale       [rows, groups]
 *   weight_zero_point  I32 [ceil(rows bits / 32), groups], zero point + 2^(bits - 1); or none
 *   weight_shape       rows, columns
 *   weight_g_idx       I32 [columns], the group of each column; or none
 * compressed-tensors, not packed (int-quantized, float-quantized, naive-quantized)
 *   weight             I8 or F8_E4M3 [rows, columns]
 *   weight_scale       [rows, groups], or one
 *   weight_zero_point  I8 [rows, groups]; or none
 * GPTQ (AutoGPTQ, GPTQModel)
 *   qweight            I32 [columns bits / 32, rows]
 *   qzeros             I32 [groups, rows bits / 32], zero point - 1; in version 2 the zero point
 *   scales             [groups, rows]
 *   g_idx              I32 [columns], the group of each column; or none
 * AWQ (AutoAWQ, version "gemm")
 *   qweight            I32 [columns, rows / 8]
 *   qzeros             I32 [groups, rows / 8]
 *   scales             [groups, rows]
 * </pre>
 *
 * <p>The first code of a word lies in its lowest bits; AWQ has the codes 0, 2, 4, 6, 1, 3, 5, 7 of
 * eight from the lowest bits up. A value is {@code (code - zero point) * scale}.
 *
 * <p>Sources: github.com/vllm-project/compressed-tensors (compressors), AutoGPTQ (qlinear_cuda.py)
 * and casper-hansen/AutoAWQ (modules/linear/gemm.py).
 */
@NullMarked
package dev.halftone.llm.packed;

import org.jspecify.annotations.NullMarked;
