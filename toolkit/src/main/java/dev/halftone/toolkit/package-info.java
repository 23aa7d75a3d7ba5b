/** See the module's description. */
@NullMarked
package dev.halftone.toolkit;

import org.jspecify.annotations.NullMarked;
