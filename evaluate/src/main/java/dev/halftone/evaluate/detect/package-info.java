/** Raw outputs of detectors to boxes, and boxes to average precision. */
@NullMarked
package dev.halftone.evaluate.detect;

import org.jspecify.annotations.NullMarked;
