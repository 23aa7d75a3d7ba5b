package dev.halftone.evaluate;

import dev.halftone.graph.Node;

/** Which operators store floats as integers, and which give them back, of any domain. */
final class Coding {
  private Coding() {}

  static boolean isEncoder(Node node) {
    return node.opType().equals("QuantizeLinear");
  }

  static boolean isDecoder(Node node) {
    return node.opType().equals("DequantizeLinear");
  }
}
