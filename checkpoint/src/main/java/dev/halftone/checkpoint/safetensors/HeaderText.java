package dev.halftone.checkpoint.safetensors;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Makes the header of a file that is written. */
final class HeaderText {
  private HeaderText() {}

  /**
   * The header's size and the header, filled up with spaces to a multiple of 8 bytes.
   *
   * @param tensors in the order in which they will lie
   * @throws IllegalArgumentException if a tensor has a type that the format has no name for, or is
   *     named as the metadata is, or the header is larger than a reader takes
   */
  static MemorySegment of(Map<String, String> metadata, SequencedMap<String, TensorForm> tensors) {
    byte[] json = json(metadata, tensors).getBytes(StandardCharsets.UTF_8);
    int size = Math.toIntExact(Math.ceilDiv((long) json.length, (long) Header.SIZE) * Header.SIZE);
    if (size > Header.LARGEST)
      throw new IllegalArgumentException(
          "a header of %d bytes, at most %d are read".formatted(size, Header.LARGEST));
    byte[] header = Arrays.copyOf(json, size);
    Arrays.fill(header, json.length, size, (byte) ' ');
    ByteBuffer bytes = ByteBuffer.allocate(Header.SIZE + size).order(ByteOrder.LITTLE_ENDIAN);
    return MemorySegment.ofBuffer(bytes.putLong(size).put(header).flip());
  }

  private static String json(
      Map<String, String> metadata, SequencedMap<String, TensorForm> tensors) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    if (!metadata.isEmpty())
      members.add(JsonText.quoted(HeaderParser.METADATA) + ":" + object(metadata));
    long begin = 0;
    for (Map.Entry<String, TensorForm> entry : tensors.entrySet()) {
      TensorForm tensor = entry.getValue();
      if (entry.getKey().equals(HeaderParser.METADATA))
        throw new IllegalArgumentException("a tensor named " + HeaderParser.METADATA);
      long end = Math.addExact(begin, tensor.byteSize());
      members.add(JsonText.quoted(entry.getKey()) + ":" + describe(tensor, begin, end));
      begin = end;
    }
    return members.toString();
  }

  private static String object(Map<String, String> metadata) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    new TreeMap<>(metadata)
        .forEach((key, text) -> members.add(JsonText.quoted(key) + ":" + JsonText.quoted(text)));
    return members.toString();
  }

  private static String describe(TensorForm tensor, long begin, long end) {
    String type =
        ElementTypes.nameOf(tensor.dtype())
            .orElseThrow(
                () -> new IllegalArgumentException("safetensors has no " + tensor.dtype()));
    String shape = tensor.shape().toString().replace(" ", "");
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(type, shape, begin, end);
  }
}
