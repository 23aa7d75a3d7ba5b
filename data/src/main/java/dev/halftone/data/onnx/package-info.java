/** Inputs as ONNX test data has them. */
@NullMarked
package dev.halftone.data.onnx;

import org.jspecify.annotations.NullMarked;
