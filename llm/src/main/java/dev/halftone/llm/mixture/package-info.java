/**
 * What each tensor of a language model becomes: a mixture names a type for most tensors and better
 * ones for those that suffer most. The choices are those of llama.cpp 0.7.0, so that a file is the
 * one that its users know by the mixture's name.
 *
 * <p>Source: llama.cpp, src/llama-quant.cpp.
 */
@NullMarked
package dev.halftone.llm.mixture;

import org.jspecify.annotations.NullMarked;
