package dev.halftone.train.fake;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.quantize.qdq.StaticDraft;

/** The roundings that also do the work of a Relu or Clip which the file does not have any more. */
final class DroppedRectifiers {
  private final GraphIndex file;
  private final GraphIndex floats;

  DroppedRectifiers(StaticDraft draft) {
    this.file = new GraphIndex(draft.quantized().graph());
    this.floats = new GraphIndex(draft.floats().graph());
  }

  /** Whether the QuantizeLinear saturates where a rectifier did: its lowest code stands for 0. */
  boolean areReplacedBy(Node quantize) {
    String value = quantize.input(0);
    if (isDropped(value, value)) return true;
    // A graph output keeps its name, which is then that of what is decoded.
    return file.consumers(quantize.output(0)).stream()
        .anyMatch(decoder -> isDropped(decoder.output(0), value));
  }

  /** Whether a rectifier gave the value, and another operator gives what is rounded now. */
  private boolean isDropped(String value, String rounded) {
    Node before = floats.producer(value);
    Node now = file.producer(rounded);
    if (before == null || now == null) return false;
    return (before.is("Relu") || before.is("Clip")) && !now.opType().equals(before.opType());
  }
}
