package dev.halftone.llm.stream;

/**
 * A piece of work: so many neighbours of one tensor.
 *
 * @param index counts units through all tensors of all files
 * @param first the first row, or the first block if the tensor is copied
 * @param count rows or blocks
 * @param bytes that they take in the result
 * @param read bytes that they take in the source
 */
record Unit(
    long index, int file, int tensor, long first, int count, long position, int bytes, long read) {}
