/**
 * The GGUF format of ggml: versions 2 and 3 are read, in either byte order, and version 3 is
 * written, little-endian.
 *
 * <pre>
 * "GGUF", version u32, tensors u64, metadata keys u64
 * metadata        key string, type u32, value; each key once
 * tensor infos    name string, dimensions u32, each u64 (a row's length first), type u32, offset u64
 * padding         to a multiple of the alignment: general.alignment, else 32
 * tensor data     each tensor at its offset from here, a multiple of the alignment
 * </pre>
 *
 * <p>A string is its length as u64 and UTF-8; an array is the type of its elements as u32, their
 * number as u64, and the elements, which may be arrays. Tensors may leave gaps and lie in any
 * order, but not overlap. Version 2 differs from 3 only in that it knew of no byte order; version 1
 * is refused. A model may be split over files {@code NAME-00001-of-0000N.gguf}.
 *
 * <p>Source: the GGUF specification (ggml, docs/gguf.md).
 */
@NullMarked
package dev.halftone.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
