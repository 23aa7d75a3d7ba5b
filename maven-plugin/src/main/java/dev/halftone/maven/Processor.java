package dev.halftone.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What is computed on. Results depend on it: by default they are for the machine that builds, and
 * sums that ranges come from are rounded as its instructions round.
 */
final class Processor {
  /** Of x86 and of ARM; not the clock, which changes all the time. */
  private static final List<String> KEYS =
      List.of("model name", "flags", "CPU implementer", "CPU part", "Features");

  private Processor() {}

  /** Names and extensions of the first core, as far as the system tells them. */
  static String here() throws IOException {
    Path told = Path.of("/proc/cpuinfo");
    String text = Files.isReadable(told) ? Files.readString(told) : "";
    return String.join(
        "\n",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Objects.requireNonNullElse(System.getenv("PROCESSOR_IDENTIFIER"), ""),
        firstCore(text));
  }

  /** The lines of {@code /proc/cpuinfo} about the first core that do not change while it runs. */
  static String firstCore(String text) {
    return text.lines()
        .takeWhile(line -> !line.isBlank())
        .filter(line -> KEYS.contains(line.split(":", 2)[0].strip()))
        .collect(Collectors.joining("\n"));
  }
}
