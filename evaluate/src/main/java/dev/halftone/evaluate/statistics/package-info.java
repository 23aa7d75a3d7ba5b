/** Intervals and tests: how much a measured difference says. */
@NullMarked
package dev.halftone.evaluate.statistics;

import org.jspecify.annotations.NullMarked;
