/** YAML with the line of every value kept, so that an error can name it. */
@NullMarked
package dev.halftone.data.yaml;

import org.jspecify.annotations.NullMarked;
