/** ONNX files to graph and back. */
@NullMarked
package dev.halftone.onnx;

import org.jspecify.annotations.NullMarked;
