/**
 * A statically quantized graph turned into one that can be trained, and back: what is rounded in
 * training is what the file rounds.
 */
@NullMarked
package dev.halftone.train.fake;

import org.jspecify.annotations.NullMarked;
