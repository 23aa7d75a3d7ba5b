package dev.halftone.runtime;

import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Samples joined along axis 0, and outputs taken apart again. */
public final class Batches {
  private Batches() {}

  /**
   * Whether the samples can be joined: each for a batch of one, alike in names, types and shapes.
   */
  public static boolean joinable(List<Map<String, Tensor>> samples) {
    Map<String, Tensor> first = samples.getFirst();
    return samples.stream().allMatch(sample -> alike(first, sample));
  }

  private static boolean alike(Map<String, Tensor> first, Map<String, Tensor> sample) {
    if (!first.keySet().equals(sample.keySet())) return false;
    for (Map.Entry<String, Tensor> entry : first.entrySet()) {
      Tensor like = entry.getValue();
      Tensor tensor = Objects.requireNonNull(sample.get(entry.getKey()));
      if (tensor.rank() == 0 || tensor.dimension(0) != 1) return false;
      if (tensor.dtype() != like.dtype() || !Arrays.equals(tensor.shape(), like.shape()))
        return false;
    }
    return true;
  }

  /** One set of inputs from joinable samples. */
  public static Map<String, Tensor> join(List<Map<String, Tensor>> samples) {
    Map<String, Tensor> joined = new LinkedHashMap<>();
    for (String name : samples.getFirst().keySet()) {
      joined.put(
          name,
          stack(samples.stream().map(sample -> Objects.requireNonNull(sample.get(name))).toList()));
    }
    return joined;
  }

  private static Tensor stack(List<Tensor> parts) {
    Tensor first = parts.getFirst();
    byte[] bytes =
        new byte[Math.toIntExact(Math.multiplyExact(first.byteSize(), (long) parts.size()))];
    MemorySegment joined = MemorySegment.ofArray(bytes);
    for (int i = 0; i < parts.size(); i++) {
      MemorySegment.copy(parts.get(i).data(), 0, joined, i * first.byteSize(), first.byteSize());
    }
    long[] shape = first.shape();
    shape[0] = parts.size();
    return Tensor.of(first.dtype(), shape, joined);
  }

  /** Whether every output has {@code rows} rows. */
  static boolean splittable(Map<String, Tensor> outputs, int rows) {
    return outputs.values().stream()
        .allMatch(output -> output.rank() > 0 && output.dimension(0) == rows);
  }

  /** The outputs of one row, for a batch of one. */
  static Map<String, Tensor> row(Map<String, Tensor> outputs, int row) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    outputs.forEach((name, output) -> part.put(name, output.rows(row, row + 1)));
    return part;
  }
}
