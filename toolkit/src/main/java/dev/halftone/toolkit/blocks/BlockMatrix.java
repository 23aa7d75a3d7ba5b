package dev.halftone.toolkit.blocks;

import dev.halftone.quantize.codes.Scaling.KnownScales;
import dev.halftone.tensor.DType;

/**
 * A matrix of a checkpoint in blocks that ONNX operators have: neighbours in a row that are {@code
 * (code - zero point) * scale}. Scales and zero points are asked for by row and block.
 */
interface BlockMatrix extends KnownScales {
  String name();

  long rows();

  int columns();

  /** Values of a block, of which the last of a row may have fewer. */
  int block();

  /** INT4 or INT8 where all zero points are the middle of the codes, else UINT4 or UINT8. */
  DType codes();

  /** Whether all zero points are the middle of the codes. */
  default boolean symmetric() {
    return codes() == DType.INT4 || codes() == DType.INT8;
  }

  /** Values of a row into {@code out[0, columns)}. */
  void read(long row, float[] out);
}
