package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.TensorInfo;
import java.util.OptionalDouble;

/**
 * What became of a tensor.
 *
 * @param source what it was
 * @param stored what it is
 * @param sqnrDb signal to quantization noise, 10 log10 of the sums of squares of values and of
 *     errors, in dB, measured on the first row of each piece of work (some 2^18 values); infinite
 *     if there is no error on them; empty where the values are copied or kept as floats
 * @param seconds of one thread
 */
public record TensorResult(
    TensorInfo source, TensorInfo stored, OptionalDouble sqnrDb, double seconds) {}
