package dev.halftone.scheme;

import java.math.BigDecimal;

/** Numbers behind a word, as in {@code lp:2.4}: digits with at most one point. */
public final class PlainNumber {
  private static final String FORM = "[0-9]{1,9}([.][0-9]{1,340})?";

  private PlainNumber() {}

  /**
   * The nearest double. No sign, exponent, infinity or NaN.
   *
   * @throws NumberFormatException if the text has another form
   */
  public static double parse(String text) {
    if (text.matches(FORM)) return Double.parseDouble(text);
    throw new NumberFormatException("'%s' is not a number".formatted(text));
  }

  /** Without exponent or needless digits, 3 and not 3.0; what is not finite as Java writes it. */
  public static String text(double number) {
    if (!Double.isFinite(number)) return Double.toString(number);
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
