package dev.halftone.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.halftone.graph.Opaque;

/** What a reader carried over as bytes, as the message that it was. */
final class Rest {
  private Rest() {}

  /**
   * The message.
   *
   * @throws IllegalArgumentException if the bytes did not come from {@link OnnxReader}
   */
  static <T> T of(Opaque opaque, Parser<T> parser) {
    try {
      return parser.parseFrom(opaque.bytes());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("opaque bytes that are not of an ONNX message", e);
    }
  }
}
