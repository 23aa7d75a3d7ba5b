package dev.halftone.evaluate;

import dev.halftone.evaluate.Spread.Steps;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The levels that the values of a model can have, read off its constants. */
final class Levels {
  private final GraphIndex index;

  Levels(Graph graph) {
    this.index = new GraphIndex(graph);
  }

  /**
   * Of what a DequantizeLinear with constant scales gives, or a Mul of constant integers and their
   * scales; null for other values, and for numbers that are not integers.
   */
  @Nullable Steps of(String value) {
    Ends ends = ends(value);
    return ends == null ? null : ends.steps();
  }

  /**
   * The ends of every grid.
   *
   * @param low the least levels
   * @param high the greatest
   * @param width from one level to the next
   */
  record Ends(double[] low, double[] high, double[] width) {
    private Steps steps() {
      return new Steps(
          Arrays.stream(low).min().orElse(0),
          Arrays.stream(high).max().orElse(0),
          Arrays.stream(width).max().orElse(0),
          width.length);
    }
  }

  /** Grid by grid, as {@link #of}. */
  @Nullable Ends ends(String value) {
    Node decoder = index.producer(value);
    if (decoder == null) return null;
    if (decoder.is("Mul")) return ofProduct(decoder);
    if (!Coding.isDecoder(decoder)) return null;
    Tensor scale = index.constant(decoder.input(1));
    Tensor zeroPoint = decoder.input(2).isEmpty() ? null : index.constant(decoder.input(2));
    if (scale == null || zeroPoint == null && !decoder.input(2).isEmpty()) return null;
    return ends(scale, zeroPoint, type(decoder, zeroPoint));
  }

  private @Nullable Ends ofProduct(Node product) {
    Node cast = index.producer(product.input(0));
    Tensor scale = index.constant(product.input(1));
    if (cast == null || !cast.is("Cast") || scale == null || !scale.dtype().isFloat()) return null;
    Tensor codes = index.constant(cast.input(0));
    return codes == null ? null : ends(scale, null, codes.dtype());
  }

  private DType type(Node decoder, @Nullable Tensor zeroPoint) {
    Tensor codes = index.constant(decoder.input(0));
    if (zeroPoint != null) return zeroPoint.dtype();
    return codes == null ? DType.UINT8 : codes.dtype();
  }

  private static @Nullable Ends ends(Tensor scale, @Nullable Tensor zeroPoint, DType type) {
    long[] codes = codes(type);
    if (codes.length == 0 || scale.count() == 0) return null;
    if (zeroPoint != null && zeroPoint.count() != scale.count()) return null;
    float[] scales = scale.toFloats();
    Ends ends =
        new Ends(new double[scales.length], new double[scales.length], new double[scales.length]);
    for (int i = 0; i < scales.length; i++) {
      if (!Float.isFinite(scales[i])) return null;
      long zero = zeroPoint == null ? 0 : zeroPoint.longAt(i);
      ends.low[i] = (double) scales[i] * (codes[0] - zero);
      ends.high[i] = (double) scales[i] * (codes[1] - zero);
      ends.width[i] = scales[i];
    }
    return ends;
  }

  /** The least and the greatest integer; empty for other types. */
  private static long[] codes(DType type) {
    return switch (type) {
      case INT2, INT4, INT8, INT16 ->
          new long[] {-(1L << type.bits() - 1), (1L << type.bits() - 1) - 1};
      case UINT2, UINT4, UINT8, UINT16 -> new long[] {0, (1L << type.bits()) - 1};
      default -> new long[0];
    };
  }
}
