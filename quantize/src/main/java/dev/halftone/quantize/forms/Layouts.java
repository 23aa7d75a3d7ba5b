package dev.halftone.quantize.forms;

import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.recipe.Granularity;
import dev.halftone.tensor.Tensor;
import java.util.stream.IntStream;

/** Which values of a weight share a scale, by what the weight is and what the recipe asks. */
public final class Layouts {
  private Layouts() {}

  /** The layout of a weight that is stored as codes and decoded to float, whatever reads it. */
  public static Stored stored(WeightUse use, CodeFormat format, Granularity granularity) {
    return stored(use, format, granularity, Scaling.PLAIN);
  }

  /** The same with scales found as {@code scaling} says. */
  public static Stored stored(
      WeightUse use, CodeFormat format, Granularity granularity, Scaling scaling) {
    Tensor value = use.value();
    Role role = use.firstRole();
    boolean columns = role == Role.MATRIX && !isTurned(use);
    CodeLayout layout =
        columns ? matrices(value, granularity) : rows(value, leading(role, value), granularity);
    CodeRequest request = new CodeRequest(use.name(), value, layout, format).with(scaling);
    return columns && (layout.scales() > 1 || layout.tile() > 1)
        ? Stored.columns(request)
        : Stored.rows(request, leading(role, value));
  }

  /** Whether all products read the weight as {@code [N, K]}. */
  private static boolean isTurned(WeightUse use) {
    return IntStream.range(0, use.readers().size())
        .filter(i -> use.roles().get(i) == Role.MATRIX)
        .mapToObj(i -> use.readers().get(i).node())
        .allMatch(node -> node != null && node.is("Gemm") && node.integer("transB", 0) != 0);
  }

  /** How many of the first axes have scales of their own. */
  private static int leading(Role role, Tensor value) {
    return role == Role.RECURRENT && value.rank() > 2 ? 2 : 1;
  }

  private static CodeLayout rows(Tensor value, int leading, Granularity granularity) {
    long rows = 1;
    for (int i = 0; i < leading; i++) rows *= value.dimension(i);
    long length = value.count() / rows;
    return switch (granularity) {
      case Granularity.PerTensor() -> CodeLayout.whole(value.count());
      case Granularity.PerChannel() -> CodeLayout.rows(rows, length, length);
      case Granularity.PerBlock(int size) -> CodeLayout.rows(rows, length, evenBlock(length, size));
      case Granularity.PerTile(int channels, int size) ->
          CodeLayout.rows(rows, length, size).tiled(channels);
    };
  }

  private static CodeLayout matrices(Tensor value, Granularity granularity) {
    long length = value.dimension(-2);
    long columns = value.dimension(-1);
    long outer = value.count() / (length * columns);
    return switch (granularity) {
      case Granularity.PerTensor() -> CodeLayout.whole(value.count());
      case Granularity.PerChannel() -> new CodeLayout(outer, length, columns, length, false, false);
      case Granularity.PerBlock(int size) ->
          new CodeLayout(outer, length, columns, evenBlock(length, size), false, false);
      case Granularity.PerTile(int channels, int size) ->
          new CodeLayout(outer, length, columns, Math.min(size, length), false, false)
              .tiled(columns == 1 ? 1 : channels);
    };
  }

  /**
   * The block length for rows that have to be cut evenly: the largest divisor of {@code length} in
   * {@code [size / 2, size]}, else the whole row.
   */
  static long evenBlock(long length, long size) {
    if (length <= size) return length;
    for (long block = size; block >= Math.max(1, size / 2); block--)
      if (length % block == 0) return block;
    return length;
  }

  /**
   * The granularity in the words of a plan: {@code tensor}, {@code channel:AXIS} or {@code
   * block:SIZE:AXIS}, for tiles {@code block:CHANNELSxSIZE:AXIS}.
   */
  public static String words(CodeLayout layout, int axis) {
    if (layout.scales() == 1) return "tensor";
    if (layout.tile() > 1) return "block:%dx%d:%d".formatted(layout.tile(), layout.block(), axis);
    return layout.blocks() == 1 ? "channel:" + axis : "block:" + layout.block() + ":" + axis;
  }
}
