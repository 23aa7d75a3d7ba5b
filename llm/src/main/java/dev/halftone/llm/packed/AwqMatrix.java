package dev.halftone.llm.packed;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/** A matrix as AutoAWQ stores it in version "gemm". */
final class AwqMatrix {
  private static final int OF_WORD = 8;

  private AwqMatrix() {}

  static StoredFloats of(ModuleTensors found, PackedLayout.Awq layout) {
    Tensor codes = found.words("qweight");
    int columns = found.columns("qweight", codes.dimension(0));
    long rows = Math.multiplyExact(codes.dimension(1), (long) OF_WORD);
    int size = layout.groupSize() == -1 ? columns : layout.groupSize();
    int count = Math.ceilDiv(columns, size);
    Tensor scales = found.scales("scales");
    found.requireShape("scales", count, rows);
    Tensor zeros = found.words("qzeros");
    found.requireShape("qzeros", count, rows / OF_WORD);
    return new QuantizedMatrix(
        rows,
        Grid.Packed.awqRows(codes).turned(),
        Grid.Packed.awqRows(zeros).turned(),
        scales,
        Groups.neighbours(columns, size, true),
        DType.UINT4);
  }
}
