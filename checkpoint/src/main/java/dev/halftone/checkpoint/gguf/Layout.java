package dev.halftone.checkpoint.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A file of version 3, little-endian, before its tensors are written: the bytes up to them, and
 * where each goes. Tensors lie one after the other in the order given, each padded with zeros to
 * the alignment that the metadata asks for.
 */
public final class Layout {
  private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[1 << 16]).asReadOnly();

  private final List<MemorySegment> header = new ArrayList<>();
  private final long[] offsets;
  private final long start;
  private final long size;

  private Layout(SequencedMap<String, MetadataValue> metadata, List<TensorInfo> tensors) {
    long alignment = Alignment.of(metadata);
    offsets = new long[tensors.size()];
    add(numbers(8).put(Header.MAGIC.asByteBuffer()).putInt(Header.VERSION));
    add(numbers(16).putLong(tensors.size()).putLong(metadata.size()));
    metadata.forEach(this::addKey);
    long offset = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = offset;
      addInfo(tensors.get(i), offset);
      offset = Alignment.up(Math.addExact(offset, tensors.get(i).byteSize()), alignment);
    }
    long unpadded = header.stream().mapToLong(MemorySegment::byteSize).sum();
    start = Alignment.up(unpadded, alignment);
    size = Math.addExact(start, offset);
    header.addAll(padding(start - unpadded));
  }

  /**
   * @throws IllegalArgumentException if a name comes twice, or the alignment is no power of two as
   *     UINT32
   * @throws ArithmeticException if the file is larger than a long counts
   */
  public static Layout of(SequencedMap<String, MetadataValue> metadata, List<TensorInfo> tensors) {
    Set<String> names = new HashSet<>();
    for (TensorInfo tensor : tensors)
      if (!names.add(tensor.name()))
        throw new IllegalArgumentException("two tensors \"%s\"".formatted(tensor.name()));
    return new Layout(metadata, tensors);
  }

  private void addKey(String key, MetadataValue value) {
    addName(key);
    add(numbers(Integer.BYTES).putInt(value.type().id()));
    header.add(value.littleEndian());
  }

  private void addInfo(TensorInfo tensor, long offset) {
    addName(tensor.name());
    long[] dimensions = tensor.dimensions();
    ByteBuffer info = numbers(Integer.BYTES + Long.BYTES * dimensions.length + 12);
    info.putInt(dimensions.length);
    for (long dimension : dimensions) info.putLong(dimension);
    add(info.putInt(tensor.type().id()).putLong(offset));
  }

  private void addName(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    if (text.length > Cursor.LONGEST_NAME)
      throw new IllegalArgumentException(
          "a name of %d bytes, expected at most %d".formatted(text.length, Cursor.LONGEST_NAME));
    add(numbers(Long.BYTES + text.length).putLong(text.length).put(text));
  }

  private static ByteBuffer numbers(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void add(ByteBuffer filled) {
    header.add(MemorySegment.ofBuffer(filled.flip()));
  }

  /** So many zeros, all the same piece of memory. */
  static List<MemorySegment> padding(long bytes) {
    List<MemorySegment> zeros = new ArrayList<>();
    for (long left = bytes; left > 0; left -= ZEROS.byteSize())
      zeros.add(ZEROS.asSlice(0, Math.min(left, ZEROS.byteSize())));
    return zeros;
  }

  /** The bytes before the first tensor, padding included, in pieces. */
  public List<MemorySegment> header() {
    return Collections.unmodifiableList(header);
  }

  /** Byte of the file at which tensor {@code index} starts. */
  public long position(int index) {
    return start + offsets[index];
  }

  /** Byte of the file after tensor {@code index} and its padding. */
  long end(int index) {
    return index + 1 < offsets.length ? position(index + 1) : size;
  }

  /** Bytes of the whole file. */
  public long size() {
    return size;
  }
}
