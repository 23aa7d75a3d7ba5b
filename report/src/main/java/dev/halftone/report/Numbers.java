package dev.halftone.report;

import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {
  private static final String[] UNITS = {"bytes", "KB", "MB", "GB", "TB"};

  private Numbers() {}

  /** Decimal units: {@code 1234567} is {@code 1.23 MB}. */
  public static String bytes(double bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    if (unit == 0) return format("%.0f bytes", value);
    return format(value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }

  static String percent(double share) {
    double value = 100 * share;
    return format(Math.abs(value) < 10 && value != 0 ? "%.2f %%" : "%.1f %%", value);
  }

  /** About three significant digits, whole numbers as they are; a dash for NaN. */
  static String decimal(double value) {
    if (Double.isNaN(value)) return "–";
    if (Double.isInfinite(value)) return value > 0 ? "∞" : "−∞";
    double magnitude = Math.abs(value);
    if (value == Math.rint(value) && magnitude < 1000) return format("%.0f", value);
    if (magnitude != 0 && (magnitude < 0.001 || magnitude >= 1e7)) return format("%.2e", value);
    if (magnitude < 1) return format("%.3f", value);
    return format(magnitude >= 100 ? "%.0f" : magnitude >= 10 ? "%.1f" : "%.2f", value);
  }

  /** With a true minus sign, as text has it. */
  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values).replace('-', '−').replace("e−", "e-");
  }

  /** {@code 1 node}, {@code 2 nodes}. */
  static String count(long count, String noun) {
    return format("%,d", count) + " " + noun + (count == 1 ? "" : "s");
  }
}
