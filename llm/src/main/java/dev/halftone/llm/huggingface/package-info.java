/**
 * Folders of models as Hugging Face's transformers write them, understood as the GGUF files that
 * llama.cpp's converter would make of them: names, order of rows, metadata and vocabulary.
 *
 * <p>Source: the models' definitions in transformers, and llama.cpp's tables of names.
 */
@NullMarked
package dev.halftone.llm.huggingface;

import org.jspecify.annotations.NullMarked;
