/** libtorch on this machine: how it is loaded, and tensors in and out of it. */
@NullMarked
package dev.halftone.train.torch;

import org.jspecify.annotations.NullMarked;
