/** Samples and labels from files. */
@NullMarked
package dev.halftone.data;

import org.jspecify.annotations.NullMarked;
