/**
 * The block types of GGUF files: a row of values to blocks of bytes and back, with the bytes that
 * the reference, ggml on x86-64, writes. {@link dev.halftone.number.gguf.BlockType} lists them.
 *
 * <p>Sources: the GGUF specification (ggml, docs/gguf.md), and ggml-common.h and ggml-quants.c of
 * ggml, which define layouts and searches, by formula.
 */
@NullMarked
package dev.halftone.number.gguf;

import org.jspecify.annotations.NullMarked;
