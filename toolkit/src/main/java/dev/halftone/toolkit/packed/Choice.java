package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.TensorForm;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** What becomes of a tensor. */
public final class Choice {
  private final String name;
  private final Tensor source;
  private final Optional<PackedMatrix> matrix;
  private final String reason;

  Choice(String name, Tensor source, Optional<PackedMatrix> matrix, String reason) {
    this.name = name;
    this.source = source;
    this.matrix = matrix;
    this.reason = reason;
  }

  /** Name in the source. */
  public String name() {
    return name;
  }

  public Tensor source() {
    return source;
  }

  /** What it becomes; empty if it stays as it is. */
  Optional<PackedMatrix> matrix() {
    return matrix;
  }

  public boolean isQuantized() {
    return matrix.isPresent();
  }

  /** Why a matrix of a linear module stays as it is; empty for all else. */
  public String reason() {
    return reason;
  }

  /** The tensors of the result. */
  SequencedMap<String, TensorForm> forms() {
    if (matrix.isPresent()) return matrix.get().forms();
    SequencedMap<String, TensorForm> same = new LinkedHashMap<>();
    same.put(name, TensorForm.of(source));
    return same;
  }

  /** Bytes in the result. */
  public long bytes() {
    return matrix.map(PackedMatrix::bytes).orElse(source.byteSize());
  }
}
