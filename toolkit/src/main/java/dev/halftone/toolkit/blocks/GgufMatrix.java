package dev.halftone.toolkit.blocks;

import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.DType;
import java.util.Optional;

/**
 * A matrix of a GGUF file in blocks that ONNX operators have: Q4_0 and Q8_0, 32 values {@code code
 * * scale} with codes of 4 bits from -8 or of 8 bits, behind a scale in half precision.
 */
record GgufMatrix(GgufTensor tensor, BlockType type) implements BlockMatrix {
  private static final int BLOCK = 32;

  /** The matrix of a tensor; empty if it is none, or of another type. */
  static Optional<GgufMatrix> of(GgufTensor tensor) {
    boolean matrix = tensor.info().dimensions().length == 2;
    boolean known =
        tensor.type() instanceof Blocks(BlockType type)
            && (type == BlockType.Q4_0 || type == BlockType.Q8_0);
    return matrix && known
        ? Optional.of(new GgufMatrix(tensor, ((Blocks) tensor.type()).type()))
        : Optional.empty();
  }

  @Override
  public String name() {
    return tensor.name();
  }

  @Override
  public long rows() {
    return tensor.info().rows();
  }

  @Override
  public int columns() {
    return tensor.info().columns();
  }

  @Override
  public int block() {
    return BLOCK;
  }

  @Override
  public DType codes() {
    return type == BlockType.Q4_0 ? DType.INT4 : DType.INT8;
  }

  private int blocks() {
    return columns() / BLOCK;
  }

  @Override
  public void read(long row, float[] out) {
    byte[] bytes = new byte[blocks() * type.blockBytes()];
    tensor.copyBlocks(row * blocks(), blocks(), bytes, 0);
    type.dequantize(bytes, 0, out, 0, columns());
  }

  @Override
  public int zeroPoint(long row, long block) {
    return 0;
  }

  /** The scale of a block of a row; 1 for one of 0, whose values are zeros by any. */
  @Override
  public float scale(long row, long block) {
    byte[] bytes = new byte[type.blockBytes()];
    tensor.copyBlocks(row * blocks() + block, 1, bytes, 0);
    float scale = Float.float16ToFloat((short) (bytes[0] & 0xFF | bytes[1] << Byte.SIZE));
    return scale == 0 ? 1 : scale;
  }
}
