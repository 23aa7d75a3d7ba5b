package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorType;

/**
 * A type and why it was chosen.
 *
 * @param reason empty if it is the mixture's base type for no other reason
 */
record Choice(TensorType type, String reason) {}
