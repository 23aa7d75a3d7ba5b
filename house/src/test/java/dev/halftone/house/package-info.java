/** Tests of the whole that no module can make alone. */
@NullMarked
package dev.halftone.house;

import org.jspecify.annotations.NullMarked;
