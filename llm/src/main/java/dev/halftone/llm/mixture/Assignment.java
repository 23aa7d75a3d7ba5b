package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;

/**
 * What becomes of one tensor.
 *
 * @param reason why the target is not the mixture's base type; empty if it is
 * @param needsImportance whether the result is useless without importance weights
 */
public record Assignment(
    TensorInfo source, TensorType target, String reason, boolean needsImportance) {
  /** The tensor as it is written. */
  public TensorInfo result() {
    return source.as(target);
  }

  /** Whether its bytes are those of the source. */
  public boolean isCopy() {
    return target.equals(source.type());
  }
}
