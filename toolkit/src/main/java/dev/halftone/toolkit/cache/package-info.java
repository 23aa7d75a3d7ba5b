/** Statistics of a calibration in a file, for later runs. */
@NullMarked
package dev.halftone.toolkit.cache;

import org.jspecify.annotations.NullMarked;
