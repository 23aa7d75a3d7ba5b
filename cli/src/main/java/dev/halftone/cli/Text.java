package dev.halftone.cli;

import dev.halftone.report.Numbers;
import java.util.Locale;

/** Numbers as people read them. */
final class Text {
  private Text() {}

  static String bytes(long bytes) {
    return bytes((double) bytes);
  }

  /** Decimal units: {@code 1234567} is {@code 1.23 MB}. */
  static String bytes(double bytes) {
    return Numbers.bytes(bytes);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Three or four significant digits. */
  static String decimal(double value) {
    if (!Double.isFinite(value)) return Double.toString(value);
    double magnitude = Math.abs(value);
    String format =
        magnitude >= 1e7
            ? "%.3g"
            : magnitude >= 100
                ? "%.0f"
                : magnitude >= 10 ? "%.1f" : magnitude >= 1 || magnitude == 0 ? "%.2f" : "%.4g";
    return String.format(Locale.ROOT, format, value);
  }

  /** {@code 1 node}, {@code 2 nodes}. */
  static String count(long count, String noun) {
    return count(count, noun, noun + "s");
  }

  /** {@code 1 matrix}, {@code 2 matrices}. */
  static String count(long count, String one, String several) {
    return "%s %s".formatted(number(count), count == 1 ? one : several);
  }
}
