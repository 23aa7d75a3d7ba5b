/**
 * The example that ships: digits drawn as strokes, distorted and rendered, and a small
 * convolutional network trained on them by back-propagation written out by hand. Every sum runs in
 * one order and every random number comes from a seed, so that the same files come out of every
 * run.
 */
@NullMarked
package dev.halftone.bench.digits;

import org.jspecify.annotations.NullMarked;
