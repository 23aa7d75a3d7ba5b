/** Samples to statistics: runs a model on data and observes the values inside it. */
@NullMarked
package dev.halftone.calibrate;

import org.jspecify.annotations.NullMarked;
