/**
 * Weights of a quantized checkpoint for an ONNX graph of the same model, block by block as they
 * are. Which matrix belongs where is told by the values: names differ with every exporter, and
 * llama.cpp turns the rows of queries and keys, but a quantized matrix is like the one that it was
 * made of.
 */
@NullMarked
package dev.halftone.toolkit.blocks;

import org.jspecify.annotations.NullMarked;
