/**
 * The operator-oriented form of a quantized graph: one integer operator in place of each group of
 * QDQ pairs around a float one.
 */
@NullMarked
package dev.halftone.quantize.qoperator;

import org.jspecify.annotations.NullMarked;
