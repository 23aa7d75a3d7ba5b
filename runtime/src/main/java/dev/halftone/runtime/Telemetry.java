package dev.halftone.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Keeps ONNX Runtime from reporting on its user. Since 1.29 it does so on Linux and macOS from the
 * moment that its environment is made, over the network, and it searches the whole command line
 * with regular expressions that overflow the stack, and end the process, when that is longer than
 * about 4 KB. Only an environment variable prevents it.
 */
final class Telemetry {
  static final String SWITCH = "ORT_DISABLE_TELEMETRY";

  private Telemetry() {}

  /** To be called before ONNX Runtime is loaded. */
  static void switchOff() {
    // On Windows events go to the system's own log and only while something listens; that is
    // switched off through the Java binding.
    if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) return;
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    MemorySegment setenv = linker.defaultLookup().find("setenv").orElseThrow();
    MethodHandle call = linker.downcallHandle(setenv, signature);
    try (Arena arena = Arena.ofConfined()) {
      int failed = (int) call.invokeExact(arena.allocateFrom(SWITCH), arena.allocateFrom("1"), 1);
      if (failed != 0) throw new IllegalStateException("cannot set " + SWITCH);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
