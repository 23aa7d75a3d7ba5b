package dev.halftone.onnx;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A serialized message in pieces: small parts on the heap, tensors where they lie. Its size is
 * known before anything is written, and may pass what protobuf itself can hold.
 */
final class Pieces {
  private static final int DELIMITED = 2;

  private final List<MemorySegment> segments = new ArrayList<>();
  private long size;

  long size() {
    return size;
  }

  List<MemorySegment> segments() {
    return Collections.unmodifiableList(segments);
  }

  /** Adds the fields of {@code message} to this one. */
  Pieces merge(MessageLite message) {
    if (message.getSerializedSize() > 0) add(MemorySegment.ofArray(message.toByteArray()));
    return this;
  }

  /** Adds a field that holds a message. */
  Pieces field(int number, Pieces message) {
    header(number, message.size);
    segments.addAll(message.segments);
    size += message.size;
    return this;
  }

  /** Adds a field that holds bytes. */
  Pieces field(int number, MemorySegment bytes) {
    header(number, bytes.byteSize());
    add(bytes);
    return this;
  }

  private void header(int number, long length) {
    int tag = (number << 3) | DELIMITED;
    byte[] header =
        new byte
            [CodedOutputStream.computeUInt32SizeNoTag(tag)
                + CodedOutputStream.computeUInt64SizeNoTag(length)];
    int end = varint(header, 0, tag);
    varint(header, end, length);
    add(MemorySegment.ofArray(header));
  }

  private static int varint(byte[] out, int from, long value) {
    int at = from;
    long rest = value;
    for (; rest > 0x7F; rest >>>= 7) out[at++] = (byte) ((rest & 0x7F) | 0x80);
    out[at++] = (byte) rest;
    return at;
  }

  private void add(MemorySegment segment) {
    segments.add(segment);
    size += segment.byteSize();
  }

  /** Everything in one array, which must be able to hold it. */
  byte[] toArray() {
    byte[] out = new byte[Math.toIntExact(size)];
    MemorySegment target = MemorySegment.ofArray(out);
    long at = 0;
    for (MemorySegment segment : segments) {
      MemorySegment.copy(segment, 0, target, at, segment.byteSize());
      at += segment.byteSize();
    }
    return out;
  }
}
