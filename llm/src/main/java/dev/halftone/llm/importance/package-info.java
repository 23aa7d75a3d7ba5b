/**
 * Importance of the columns of weights: the mean of the squared values that each is multiplied
 * with, as llama.cpp's {@code llama-imatrix} measures it.
 *
 * <p>Source: llama.cpp, common/imatrix-loader.cpp.
 */
@NullMarked
package dev.halftone.llm.importance;

import org.jspecify.annotations.NullMarked;
