/**
 * The forms that a quantized weight can take in a graph. Each is decided without touching the graph
 * and then put into it by a {@link dev.halftone.quantize.scope.Rewrite}. What ONNX Runtime 1.29
 * makes of each was measured and is said there.
 */
@NullMarked
package dev.halftone.quantize.forms;

import org.jspecify.annotations.NullMarked;
