/** JSON files with checked values, whose errors name the file and the key. */
@NullMarked
package dev.halftone.llm.json;

import org.jspecify.annotations.NullMarked;
