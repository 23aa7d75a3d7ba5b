/** CSV and TSV files. */
@NullMarked
package dev.halftone.data.table;

import org.jspecify.annotations.NullMarked;
