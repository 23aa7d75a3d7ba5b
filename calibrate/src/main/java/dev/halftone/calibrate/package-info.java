/** See the module's description. */
@NullMarked
package dev.halftone.calibrate;

import org.jspecify.annotations.NullMarked;
