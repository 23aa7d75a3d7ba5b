package dev.halftone.runtime;

/**
 * One node of the graph that ONNX Runtime executes.
 *
 * @param domain operator set; empty for the standard one
 * @param constant whether it gives the same at every run, since all that it reads are constants and
 *     what such nodes make of them
 */
public record Operator(String name, String domain, String opType, boolean constant) {}
