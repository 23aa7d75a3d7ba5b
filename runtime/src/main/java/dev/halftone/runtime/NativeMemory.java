package dev.halftone.runtime;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Memory outside the Java heap. */
public final class NativeMemory {
  /** glibc's {@code int malloc_trim(size_t pad)}, where the C library has it. */
  private static final Optional<MethodHandle> TRIM =
      Linker.nativeLinker()
          .defaultLookup()
          .find("malloc_trim")
          .map(
              symbol ->
                  Linker.nativeLinker()
                      .downcallHandle(
                          symbol,
                          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

  private NativeMemory() {}

  /**
   * Gives memory that was freed back to the system, where the C library keeps it for itself: glibc
   * does with blocks below 32 MB, as weights of a closed session are, and a session opened after
   * that may find no place among them. Does nothing on other systems.
   */
  public static void trim() {
    if (TRIM.isEmpty()) return;
    try {
      int released = (int) TRIM.get().invokeExact(0L);
      assert released == 0 || released == 1;
    } catch (Throwable e) {
      throw new IllegalStateException("malloc_trim takes a number and throws nothing", e);
    }
  }
}
