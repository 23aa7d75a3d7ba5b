/** Runs a model in ONNX Runtime. */
@NullMarked
package dev.halftone.runtime;

import org.jspecify.annotations.NullMarked;
