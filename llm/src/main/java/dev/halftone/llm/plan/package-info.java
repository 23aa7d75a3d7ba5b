/** What a checkpoint will become, before anything is written. */
@NullMarked
package dev.halftone.llm.plan;

import org.jspecify.annotations.NullMarked;
