/**
 * Writes checkpoints from whatever their weights come from: in pieces, by several threads, in
 * place, and in such a way that a killed run can go on where it was.
 */
@NullMarked
package dev.halftone.llm.stream;

import org.jspecify.annotations.NullMarked;
