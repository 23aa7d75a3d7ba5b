/** Where the weights of a checkpoint come from, whatever files hold them. */
@NullMarked
package dev.halftone.llm.source;

import org.jspecify.annotations.NullMarked;
