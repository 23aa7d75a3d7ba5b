/** Arrays in files: NumPy's {@code .npy} and {@code .npz}, IDX, and CIFAR binary. */
@NullMarked
package dev.halftone.data.array;

import org.jspecify.annotations.NullMarked;
