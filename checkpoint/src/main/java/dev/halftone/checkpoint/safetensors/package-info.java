/**
 * The safetensors format of Hugging Face, version 0.4 and later.
 *
 * <pre>
 * 8 bytes   N, the size of the header, unsigned 64-bit little-endian; at most 100,000,000
 * N bytes   the header, JSON in UTF-8, that starts with { and may end in spaces:
 *           {"NAME": {"dtype": "F16", "shape": [1, 16, 256], "data_offsets": [BEGIN, END]}, …,
 *            "__metadata__": {"KEY": "TEXT", …}}
 * the rest  the byte buffer, little-endian, row-major
 * </pre>
 *
 * <p>Offsets count from the start of the byte buffer, {@code END - BEGIN} is what dtype and shape
 * take. No key comes twice; {@code __metadata__} may be missing. Tensors cover the whole buffer,
 * with no holes and no overlaps, so that nothing can be hidden in a file. A shape of {@code []} is
 * a scalar; a dimension of 0 is a tensor without bytes. Values are not looked at.
 *
 * <p>A model of several files has an index beside them, {@code model.safetensors.index.json}, whose
 * {@code weight_map} tells in which file each tensor is.
 */
@NullMarked
package dev.halftone.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
