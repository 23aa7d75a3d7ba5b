/**
 * What was seen of a tensor, as values that merge in any order, and how a range is chosen from it.
 */
@NullMarked
package dev.halftone.calibrate.observe;

import org.jspecify.annotations.NullMarked;
