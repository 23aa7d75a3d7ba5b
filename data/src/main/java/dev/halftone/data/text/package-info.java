/** Text to token ids. The tokenizer library is optional: only this package needs it. */
@NullMarked
package dev.halftone.data.text;

import org.jspecify.annotations.NullMarked;
