/** Makes ONNX models to measure on: seeded, of any size, with little on the heap. */
@NullMarked
package dev.halftone.bench.generate;

import org.jspecify.annotations.NullMarked;
