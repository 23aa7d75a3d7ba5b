/**
 * The command line: one command a file, each parses, calls {@link dev.halftone.toolkit} and prints.
 * The only package that writes to standard output, reads the clock or ends the process.
 */
@NullMarked
package dev.halftone.cli;

import org.jspecify.annotations.NullMarked;
