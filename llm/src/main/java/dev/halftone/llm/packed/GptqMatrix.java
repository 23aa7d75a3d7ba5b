package dev.halftone.llm.packed;

import dev.halftone.tensor.Tensor;
import java.util.Optional;

/** A matrix as AutoGPTQ and GPTQModel store it. */
final class GptqMatrix {
  private GptqMatrix() {}

  static StoredFloats of(ModuleTensors found, PackedLayout.Gptq layout) {
    int bits = layout.bits();
    int ofWord = Integer.SIZE / bits;
    Tensor codes = found.words("qweight");
    long rows = codes.dimension(1);
    int columns = found.columns("qweight", Math.multiplyExact(codes.dimension(0), (long) ofWord));
    if (rows % ofWord != 0)
      throw found.malformed(
          "qweight", "%d rows, expected a multiple of %d".formatted(rows, ofWord));
    int size = layout.groupSize() == -1 ? columns : layout.groupSize();
    int count = Math.ceilDiv(columns, size);
    Tensor scales = found.scales("scales");
    found.requireShape("scales", count, rows);
    Tensor zeros = found.words("qzeros");
    found.requireShape("qzeros", count, rows / ofWord);
    Optional<int[]> groupOf = found.groupOf("g_idx", columns, count);
    Groups groups =
        groupOf
            .map(list -> Groups.listed(list, count, true))
            .orElseGet(() -> Groups.neighbours(columns, size, true));
    Grid zeroPoints = Grid.Packed.rows(zeros, bits).plus(layout.v2() ? 0 : 1).turned();
    Grid turned = Grid.Packed.columns(codes, bits).turned();
    return new QuantizedMatrix(rows, turned, zeroPoints, scales, groups, Grid.type(bits));
  }
}
