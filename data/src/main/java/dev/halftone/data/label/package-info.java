/** Label files: the class of each sample, or the boxes of each photo. */
@NullMarked
package dev.halftone.data.label;

import org.jspecify.annotations.NullMarked;
