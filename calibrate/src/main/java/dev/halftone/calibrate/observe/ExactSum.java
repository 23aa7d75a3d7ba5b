package dev.halftone.calibrate.observe;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sum of finite numbers without rounding, and so without an order: {@code units * 2^exponent}.
 * Equal sums are equal records: {@code units} is odd, or both are 0.
 *
 * @param exponent never below {@value #LEAST_EXPONENT}, that of the least double
 */
public record ExactSum(BigInteger units, int exponent) {
  /** Of nothing. */
  public static final ExactSum ZERO = new ExactSum(BigInteger.ZERO, 0);

  /** That of the least double. */
  public static final int LEAST_EXPONENT = -1074;

  private static final int FRACTION_BITS = 52;

  /** Of the magnitude of a sum of 2^63 doubles. */
  private static final int MOST_BITS = Double.MAX_EXPONENT + 1 + 63;

  private static final Pattern TEXT = Pattern.compile("(-?)0x([0-9a-f]{1,600})p(-?[0-9]{1,4})");

  public ExactSum {
    int zeros = Math.max(units.getLowestSetBit(), 0);
    units = units.shiftRight(zeros);
    exponent = units.signum() == 0 ? 0 : Math.addExact(exponent, zeros);
    if (exponent < LEAST_EXPONENT)
      throw new IllegalArgumentException("exponent %d is too low".formatted(exponent));
  }

  /** With a finite number added. */
  public ExactSum plus(double value) {
    if (value == 0) return this;
    long bits = Double.doubleToLongBits(value);
    int field = (int) (bits >>> FRACTION_BITS) & 0x7FF;
    long fraction = bits & (1L << FRACTION_BITS) - 1;
    // Subnormals have exponent field 0 and no hidden bit, but the unit of field 1.
    long magnitude = field == 0 ? fraction : fraction | 1L << FRACTION_BITS;
    BigInteger signed = BigInteger.valueOf(bits < 0 ? -magnitude : magnitude);
    return plus(new ExactSum(signed, Math.max(field, 1) - 1 + LEAST_EXPONENT));
  }

  /** Of the numbers of both. */
  public ExactSum plus(ExactSum other) {
    if (units.signum() == 0) return other;
    if (other.units.signum() == 0) return this;
    int common = Math.min(exponent, other.exponent);
    return new ExactSum(unitsOf(common).add(other.unitsOf(common)), common);
  }

  private BigInteger unitsOf(int smaller) {
    return units.shiftLeft(exponent - smaller);
  }

  /** The sum divided by {@code count}, rounded to 34 digits and then to double. */
  public double mean(long count) {
    BigDecimal divisor = BigDecimal.valueOf(count);
    BigInteger two = BigInteger.TWO;
    BigDecimal sum = new BigDecimal(exponent < 0 ? units : units.multiply(two.pow(exponent)));
    if (exponent < 0) divisor = divisor.multiply(new BigDecimal(two.pow(-exponent)));
    return sum.divide(divisor, MathContext.DECIMAL128).doubleValue();
  }

  /** As {@link #parse} takes it: hexadecimal units and a decimal exponent, {@code -0x1bp-149}. */
  @Override
  public String toString() {
    return (units.signum() < 0 ? "-0x" : "0x") + units.abs().toString(16) + "p" + exponent;
  }

  /**
   * The sum that a text stands for.
   *
   * @throws IllegalArgumentException if it is not what {@link #toString} gives of some sum of fewer
   *     than 2^63 doubles
   */
  public static ExactSum parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) throw new IllegalArgumentException("'%s' is no sum".formatted(text));
    BigInteger units = new BigInteger(parts.group(1) + parts.group(2), 16);
    ExactSum sum = new ExactSum(units, Integer.parseInt(parts.group(3)));
    if (!sum.toString().equals(text) || units.bitLength() + sum.exponent > MOST_BITS)
      throw new IllegalArgumentException("'%s' is no sum".formatted(text));
    return sum;
  }
}
