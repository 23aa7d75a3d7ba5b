package dev.halftone.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody looks on. */
final class Terminal {
  private static final Path LINUX_STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /**
   * Whether standard error is a terminal. Where the system does not say, whether input and output
   * are.
   */
  @SuppressWarnings("SystemConsoleNull") // NullAway still counts with null.
  static boolean isStandardError() {
    if (Files.isSymbolicLink(LINUX_STANDARD_ERROR)) {
      try {
        String file = Files.readSymbolicLink(LINUX_STANDARD_ERROR).toString();
        return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
      } catch (IOException e) {
        return false;
      }
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
