package dev.halftone.cli;

import dev.halftone.toolkit.RunRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the process has used up so far. */
final class Clock {
  private static final Path LINUX_STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  private final long start = System.nanoTime();

  private Clock() {}

  static Clock start() {
    return new Clock();
  }

  /**
   * Adds {@code seconds.total} of this command and, where the system says it, {@code
   * peak_rss_bytes} of the process.
   */
  void stop(RunRecord.Builder record) {
    record.metric("seconds.total", (System.nanoTime() - start) / 1e9);
    peakResidentBytes().ifPresent(bytes -> record.metric("peak_rss_bytes", bytes));
  }

  private static Optional<Long> peakResidentBytes() {
    if (!Files.isReadable(LINUX_STATUS)) return Optional.empty();
    try {
      return Files.readAllLines(LINUX_STATUS).stream()
          .filter(line -> line.startsWith(PEAK))
          .map(
              line ->
                  Long.parseLong(line.substring(PEAK.length()).replace("kB", "").strip()) * 1024)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
