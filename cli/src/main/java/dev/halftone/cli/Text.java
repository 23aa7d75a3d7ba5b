package dev.halftone.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Text {
  private static final String[] UNITS = {"bytes", "KB", "MB", "GB", "TB"};

  private Text() {}

  static String bytes(long bytes) {
    return bytes((double) bytes);
  }

  /** Decimal units: {@code 1234567} is {@code 1.23 MB}. */
  static String bytes(double bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    if (unit == 0) return "%d bytes".formatted((long) bytes);
    return String.format(
        Locale.ROOT,
        value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s",
        value,
        UNITS[unit]);
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
