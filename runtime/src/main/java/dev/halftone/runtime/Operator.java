package dev.halftone.runtime;

/**
 * One node of the graph that ONNX Runtime executes.
 *
 * @param domain operator set; empty for the standard one
 */
public record Operator(String name, String domain, String opType) {}
