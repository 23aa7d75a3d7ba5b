package dev.halftone.checkpoint.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Bytes of a file, sound or not, field by field, apart from the writer that is tested. */
final class GgufBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteOrder order;

  GgufBytes(ByteOrder order) {
    this.order = order;
  }

  static GgufBytes little() {
    return new GgufBytes(ByteOrder.LITTLE_ENDIAN);
  }

  static GgufBytes header(ByteOrder order, int version, long tensors, long keys) {
    return new GgufBytes(order).raw('G', 'G', 'U', 'F').u32(version).u64(tensors).u64(keys);
  }

  static GgufBytes header(long tensors, long keys) {
    return header(ByteOrder.LITTLE_ENDIAN, 3, tensors, keys);
  }

  GgufBytes raw(int... bytes) {
    for (int b : bytes) out.write(b);
    return this;
  }

  GgufBytes bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  GgufBytes u16(int value) {
    return bytes(ByteBuffer.allocate(2).order(order).putShort((short) value).array());
  }

  GgufBytes u32(long value) {
    return bytes(ByteBuffer.allocate(4).order(order).putInt((int) value).array());
  }

  GgufBytes u64(long value) {
    return bytes(ByteBuffer.allocate(8).order(order).putLong(value).array());
  }

  GgufBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return u64(utf8.length).bytes(utf8);
  }

  GgufBytes key(String key, ValueType type) {
    return text(key).u32(type.ordinal());
  }

  GgufBytes number(String key, long value) {
    return key(key, ValueType.UINT32).u32(value);
  }

  GgufBytes tensor(String name, int type, long offset, long... dimensions) {
    text(name).u32(dimensions.length);
    for (long dimension : dimensions) u64(dimension);
    return u32(type).u64(offset);
  }

  GgufBytes pad(int alignment) {
    while (out.size() % alignment != 0) out.write(0);
    return this;
  }

  static GgufTensor tensor(Gguf file, String name) {
    return Objects.requireNonNull(file.tensors().get(name), name);
  }

  /** All blocks of a tensor, little-endian. */
  static byte[] blocks(GgufTensor tensor) {
    byte[] blocks = new byte[Math.toIntExact(tensor.info().byteSize())];
    tensor.copyBlocks(0, blocks.length / tensor.type().blockBytes(), blocks, 0);
    return blocks;
  }

  byte[] done() {
    return out.toByteArray();
  }
}
