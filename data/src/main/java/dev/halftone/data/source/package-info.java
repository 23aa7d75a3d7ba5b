/**
 * What a reader of data gives: columns of arrays, one array for each sample, read on demand. A
 * reader of another kind is a {@link dev.halftone.data.source.SampleReader} found by {@link
 * java.util.ServiceLoader}.
 */
@NullMarked
package dev.halftone.data.source;

import org.jspecify.annotations.NullMarked;
