/** One metric a file: what is summed up over the samples, and under which names it is reported. */
@NullMarked
package dev.halftone.evaluate.metric;

import org.jspecify.annotations.NullMarked;
