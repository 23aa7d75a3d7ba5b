package dev.halftone.checkpoint.gguf;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.StoredBytes;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;

/**
 * A tensor of a file.
 *
 * @param stored its blocks, row by row, in the byte order of the file
 */
public record GgufTensor(TensorInfo info, StoredBytes stored, ByteOrder order) {
  /**
   * @throws IllegalArgumentException if the bytes are not as many as the blocks take, or the type
   *     is not known in big-endian order
   */
  public GgufTensor {
    if (stored.size() != info.byteSize())
      throw new IllegalArgumentException(
          "%s takes %d bytes, found %d".formatted(info, info.byteSize(), stored.size()));
    if (order != ByteOrder.LITTLE_ENDIAN && !BlockFields.known(info.type()))
      throw new IllegalArgumentException(info.type() + " in big-endian order");
  }

  /** A tensor of little-endian blocks that the caller will not change. */
  public GgufTensor(TensorInfo info, MemorySegment data) {
    this(info, StoredBytes.ofMemory(data), ByteOrder.LITTLE_ENDIAN);
  }

  /** Its bytes as they lie in the file, read-only. */
  public MemorySegment data() {
    return stored.view();
  }

  public String name() {
    return info.name();
  }

  public TensorType type() {
    return info.type();
  }

  /**
   * Copies blocks, as little-endian files have them, to {@code out[at, at + count *
   * type.blockBytes())}.
   *
   * @param from number of the first block of the tensor
   * @throws IndexOutOfBoundsException if the tensor or {@code out} has not as many
   * @throws java.io.UncheckedIOException if the file cannot be read or has become shorter, where
   *     that is seen ({@link StoredBytes#copy})
   */
  public void copyBlocks(long from, int count, byte[] out, int at) {
    int width = type().blockBytes();
    Objects.checkFromIndexSize(from, (long) count, stored.size() / width);
    Objects.checkFromIndexSize((long) at, (long) count * width, (long) out.length);
    int bytes = count * width;
    stored.copy(from * width, bytes, out, at);
    if (order != ByteOrder.LITTLE_ENDIAN) BlockFields.turn(type(), out, at, at + bytes);
  }

  /** A view with the length of a row last, if the type is an element type of tensors. */
  public Optional<Tensor> tensor() {
    Optional<DType> dtype = type().dtype();
    if (order != ByteOrder.LITTLE_ENDIAN) return Optional.empty();
    return dtype.map(known -> Tensor.of(known, info.shape(), stored));
  }
}
