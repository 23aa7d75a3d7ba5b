package dev.halftone.graph.opset;

/**
 * Which version of the file format came with which operator set (source: the table in ONNX's
 * Versioning.md).
 */
final class IrVersions {
  private IrVersions() {}

  /** The oldest format that knows the standard operator set of that version. */
  static long of(long opset) {
    if (opset >= 25) return 13;
    if (opset >= 24) return 12;
    if (opset >= 23) return 11;
    if (opset >= 21) return 10;
    if (opset >= 19) return 9;
    if (opset >= 15) return 8;
    if (opset >= 12) return 7;
    if (opset >= 11) return 6;
    if (opset >= 10) return 5;
    // 3 was enough for opset 8, but there each initializer is an input too.
    return 4;
  }
}
