/** Files opened so that every failure names its path. */
@NullMarked
package dev.halftone.data.file;

import org.jspecify.annotations.NullMarked;
