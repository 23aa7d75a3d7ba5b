package dev.halftone.evaluate;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Values that are watched together, few enough that one sample's tensors take a bounded memory. */
final class TapGroups {
  private static final long MOST_BYTES = 32L << 20;

  /** Bytes of the histograms of one value, in both models. */
  private static final long OBSERVED = 1 << 18;

  private TapGroups() {}

  /** Groups of the float ones among the values, in their order. */
  static List<List<String>> of(Model model, Collection<String> values, SampleSource source) {
    Set<String> wanted = Set.copyOf(values);
    List<List<String>> groups = new ArrayList<>();
    try (RunnableModel runnable = RunnableModel.open(model, values, RunOptions.asWritten())) {
      long unknown = source.size() == 0 ? 1 : largestDimension(source);
      long bytes = MOST_BYTES;
      for (ValueInfo output : runnable.outputs()) {
        TensorType type = output.type();
        if (!wanted.contains(output.name()) || type == null || !type.dtype().isFloat()) continue;
        long own = OBSERVED + bytes(type, unknown);
        bytes += own;
        if (bytes > MOST_BYTES) {
          groups.add(new ArrayList<>());
          bytes = own;
        }
        groups.getLast().add(output.name());
      }
    }
    return groups;
  }

  /**
   * What stands in for sizes known only at run time, the batch aside: rather too much than too
   * little.
   */
  private static long largestDimension(SampleSource source) {
    long largest = 1;
    for (Tensor input : source.sample().apply(0).values()) {
      for (long size : input.shape()) largest = Math.max(largest, size);
    }
    return largest;
  }

  private static long bytes(TensorType type, long unknown) {
    List<Dimension> shape = type.shape() == null ? List.of() : type.shape();
    double elements = 1;
    for (int axis = 0; axis < shape.size(); axis++) {
      if (shape.get(axis) instanceof Dimension.Fixed(long size)) elements *= size;
      else if (axis > 0) elements *= unknown;
    }
    return (long) Math.min(elements * DType.FLOAT32.bits() / 8, MOST_BYTES);
  }
}
