/** Sound from WAV files. */
@NullMarked
package dev.halftone.data.audio;

import org.jspecify.annotations.NullMarked;
