package dev.halftone.toolkit;

/**
 * How ONNX Runtime runs a node that was quantized.
 *
 * @param operator that executes it; empty where it was merged into another
 * @param integer whether that computes on integers, or only moves them
 * @param reason why it does not, in plain words; empty where it does
 */
public record RuntimeNode(
    String name, String opType, String operator, boolean integer, String reason) {}
