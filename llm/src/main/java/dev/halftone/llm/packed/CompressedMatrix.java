package dev.halftone.llm.packed;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;

/** A matrix as compressed-tensors stores it. */
final class CompressedMatrix {
  private static final String SCALE = "weight_scale";
  private static final String ZERO_POINT = "weight_zero_point";
  private static final String SHAPE = "weight_shape";
  private static final List<DType> LONGS = List.of(DType.INT64, DType.INT32);

  private CompressedMatrix() {}

  static StoredFloats of(ModuleTensors found, PackedLayout.CompressedTensors layout) {
    return found.find("weight_packed").isPresent() ? packed(found, layout) : plain(found);
  }

  private static StoredFloats packed(ModuleTensors found, PackedLayout.CompressedTensors layout) {
    Tensor words = found.words("weight_packed");
    found.requireShape(SHAPE, 2);
    Tensor shape = found.vector(SHAPE, LONGS);
    long rows = shape.longAt(0);
    int columns = found.columns(SHAPE, shape.longAt(1));
    int bits = bits(found, layout, words, rows, columns);
    Tensor scales = found.scales(SCALE);
    Groups groups = groups(found, scales, rows, columns);
    int half = 1 << bits - 1;
    Grid zeroPoints = Grid.of(half);
    if (found.find(ZERO_POINT).isPresent()) {
      Tensor zeros = found.words(ZERO_POINT);
      found.requireShape(
          ZERO_POINT, Math.ceilDiv(rows, (long) Integer.SIZE / bits), groups.count());
      zeroPoints = Grid.Packed.columns(zeros, bits);
    }
    return new QuantizedMatrix(
        rows, Grid.Packed.rows(words, bits), zeroPoints, scales, groups, Grid.type(bits));
  }

  /** The one of the bits that the config tells of with which the matrix fits its words. */
  private static int bits(
      ModuleTensors found,
      PackedLayout.CompressedTensors layout,
      Tensor words,
      long rows,
      int columns) {
    List<Integer> fitting =
        layout.bits().stream()
            .filter(bits -> words.dimension(1) == Math.ceilDiv((long) columns * bits, Integer.SIZE))
            .toList();
    if (fitting.size() == 1 && words.dimension(0) == rows) return fitting.getFirst();
    throw found.malformed(
        "weight_packed",
        "[%d, %d] words, which does not fit [%d, %d] codes of %s bits"
            .formatted(words.dimension(0), words.dimension(1), rows, columns, layout.bits()));
  }

  private static StoredFloats plain(ModuleTensors found) {
    Tensor codes = found.matrix("weight", List.of(DType.INT8, DType.FLOAT8E4M3FN));
    boolean floats = codes.dtype() == DType.FLOAT8E4M3FN;
    long rows = codes.dimension(0);
    int columns = found.columns("weight", codes.dimension(1));
    Tensor scales = found.scales(SCALE);
    Groups groups = groups(found, scales, rows, columns);
    Grid zeroPoints = Grid.of(0);
    if (!floats && found.find(ZERO_POINT).isPresent()) {
      Tensor zeros = found.matrix(ZERO_POINT, List.of(DType.INT8));
      found.requireShape(ZERO_POINT, groups.one() ? 1 : rows, groups.count());
      zeroPoints = groups.one() ? Grid.of((int) zeros.longAt(0)) : Grid.bytes(zeros, true);
    }
    return new QuantizedMatrix(
        rows, Grid.bytes(codes, !floats), zeroPoints, scales, groups, codes.dtype());
  }

  private static Groups groups(ModuleTensors found, Tensor scales, long rows, int columns) {
    if (scales.count() == 1 && !(scales.rank() == 2 && rows == 1)) return Groups.single(columns);
    long count = scales.rank() == 2 ? scales.dimension(1) : 1;
    boolean fits = scales.count() == rows * count && scales.dimension(0) == rows;
    if (!fits || count < 1 || columns % count != 0)
      throw found.malformed(
          SCALE, "%s, which are no groups of [%d, %d] values".formatted(scales, rows, columns));
    int groups = (int) count;
    return found
        .groupOf("weight_g_idx", columns, groups)
        .map(list -> Groups.listed(list, groups, false))
        .orElseGet(() -> Groups.neighbours(columns, columns / groups, false));
  }
}
