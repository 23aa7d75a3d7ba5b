/**
 * Goals of Maven that run the Halftone command line. Compiled for Java 17, since the user's Maven
 * loads these classes; Halftone itself runs in a process of its own, on a JDK 25.
 */
@NullMarked
package dev.halftone.maven;

import org.jspecify.annotations.NullMarked;
