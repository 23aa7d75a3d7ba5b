/**
 * The JSON of a run to one page that holds all it needs: for people who would rather look. It
 * computes nothing that the run did not measure.
 */
@NullMarked
package dev.halftone.report;

import org.jspecify.annotations.NullMarked;
