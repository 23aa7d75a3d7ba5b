package dev.halftone.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Takes standard error back. The JVM writes a warning about the incubating module of the vector
 * kernels to it before any program runs, and no option turns that off; so the launcher starts the
 * JVM with standard error on another descriptor, whose number is the system property {@code
 * halftone.stderr}, and nothing on 2.
 */
final class StandardError {
  private static final int STANDARD_ERROR = 2;

  private StandardError() {}

  /** Does nothing when the property is not set. */
  static void restore() {
    Integer parked = Integer.getInteger("halftone.stderr");
    if (parked == null) return;
    if (duplicate(parked, STANDARD_ERROR) < 0) {
      throw new IllegalStateException("descriptor " + parked + " is not open");
    }
  }

  /**
   * POSIX {@code dup2}: makes {@code onto} another name of {@code descriptor}; negative when it
   * fails.
   */
  private static int duplicate(int descriptor, int onto) {
    Linker linker = Linker.nativeLinker();
    MethodHandle dup2 =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dup2"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      return (int) dup2.invokeExact(descriptor, onto);
    } catch (Throwable e) {
      throw new IllegalStateException("dup2 cannot be called", e);
    }
  }
}
