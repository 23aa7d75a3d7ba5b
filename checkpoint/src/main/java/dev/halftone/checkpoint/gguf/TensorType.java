package dev.halftone.checkpoint.gguf;

import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** What the values of a tensor are stored as: so many neighbours of a row in so many bytes. */
public sealed interface TensorType {
  /** The format's name of the type. */
  String name();

  /** Number of the type in a file. */
  int id();

  /** Values of a block: a row has a multiple of these. */
  int blockValues();

  /** Bytes of a block. */
  int blockBytes();

  /** The same as an element type of tensors; empty if there is none. */
  Optional<DType> dtype();

  /** The type that a file means by {@code id}; empty if there is none, or none any more. */
  static Optional<TensorType> ofId(int id) {
    Optional<TensorType> blocks = BlockType.ofId(id).map(Blocks::new);
    return blocks.or(
        () -> Arrays.<TensorType>stream(Plain.values()).filter(t -> t.id() == id).findFirst());
  }

  /** The type of a name, in upper or lower case; empty if there is none. */
  static Optional<TensorType> ofName(String name) {
    Stream<TensorType> blocks = Arrays.stream(BlockType.values()).map(Blocks::new);
    return Stream.concat(blocks, Arrays.stream(Plain.values()))
        .filter(type -> type.name().equalsIgnoreCase(name))
        .findFirst();
  }

  /** One of the types that weights are quantized to, F16 and BF16 among them. */
  record Blocks(BlockType type) implements TensorType {
    @Override
    public String name() {
      return type.name();
    }

    @Override
    public int id() {
      return type.id();
    }

    @Override
    public int blockValues() {
      return type.blockValues();
    }

    @Override
    public int blockBytes() {
      return type.blockBytes();
    }

    @Override
    public Optional<DType> dtype() {
      if (type == BlockType.F16) return Optional.of(DType.FLOAT16);
      return type == BlockType.BF16 ? Optional.of(DType.BFLOAT16) : Optional.empty();
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /** Types whose values stand for themselves. */
  enum Plain implements TensorType {
    F32(0, DType.FLOAT32),
    I8(24, DType.INT8),
    I16(25, DType.INT16),
    I32(26, DType.INT32),
    I64(27, DType.INT64),
    F64(28, DType.FLOAT64);

    private final int id;
    private final DType dtype;

    Plain(int id, DType dtype) {
      this.id = id;
      this.dtype = dtype;
    }

    @Override
    public int id() {
      return id;
    }

    @Override
    public int blockValues() {
      return 1;
    }

    @Override
    public int blockBytes() {
      return dtype.bits() / Byte.SIZE;
    }

    @Override
    public Optional<DType> dtype() {
      return Optional.of(dtype);
    }
  }
}
