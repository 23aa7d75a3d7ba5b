/** What was asked. */
@NullMarked
package dev.halftone.recipe;

import org.jspecify.annotations.NullMarked;
