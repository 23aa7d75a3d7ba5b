package dev.halftone.toolkit.packed;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes a matrix some rows at a time. Not thread-safe. */
final class MatrixEncoder {
  private static final int PIECE = 1 << 16;

  private final Path file;
  private final PackedMatrix matrix;
  private final int threads;
  private @Nullable Scaling scaling;

  /**
   * @param file that errors name
   */
  MatrixEncoder(Path file, PackedMatrix matrix, int threads) {
    this.file = file;
    this.matrix = matrix;
    this.threads = threads;
  }

  /** Found once, when it is needed: one scale for all takes a look at all values. */
  private Scaling scaling() {
    Scaling found = scaling;
    if (found == null) {
      PackedScheme scheme = matrix.scheme();
      ScaleStorage storage = scheme.storageFor(matrix.weight().dtype());
      Scaling plain = Scaling.of(scheme.search(), storage);
      found =
          scheme.granularity() instanceof Granularity.PerTensor
              ? plain.atLeast(scaleOfAll(storage))
              : plain;
      scaling = found;
    }
    return found;
  }

  /** The scale of all values, which is then no smaller in any piece, and not larger either. */
  private double scaleOfAll(ScaleStorage storage) {
    FiniteRange range = FiniteRange.EMPTY;
    Tensor weight = matrix.weight();
    float[] values = new float[(int) Math.min(PIECE, weight.count())];
    for (long from = 0; from < weight.count(); from += values.length) {
      int count = (int) Math.min(values.length, weight.count() - from);
      weight.copyFloats(from, values, count);
      range = range.merge(Kernels.finiteRange(values, 0, count));
    }
    if (range.absMax() == 0) return 0;
    return storage.round(matrix.scheme().format().scale(range.min(), range.max(), true));
  }

  /**
   * Codes of rows {@code [first, first + count)}.
   *
   * @throws MalformedModelException if a value is not finite: names it
   */
  Codes encode(long first, long count) {
    Tensor part = matrix.weight().rows(first, first + count);
    CodeRequest request =
        new CodeRequest(
                matrix.module(),
                part,
                matrix.scheme().layout(count, matrix.columns()),
                matrix.scheme().format())
            .with(scaling());
    try {
      return Encoder.encode(List.of(request), threads).getFirst();
    } catch (MalformedModelException e) {
      throw notFinite(part, first);
    }
  }

  private MalformedModelException notFinite(Tensor part, long first) {
    long element = 0;
    while (Float.isFinite(part.floatAt(element))) element++;
    return new MalformedModelException(
        file,
        "tensor \"%s%s\" row %d: %s at column %d"
            .formatted(
                matrix.module(),
                PackedMatrix.ENDING,
                first + element / matrix.columns(),
                Float.isNaN(part.floatAt(element)) ? "NaN" : "infinity",
                element % matrix.columns()));
  }
}
