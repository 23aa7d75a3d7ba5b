package dev.halftone.calibrate.observe;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * A sum of finite floats without rounding, and so without an order: every finite float is a whole
 * multiple of 2^-149.
 *
 * @param units the sum in units of 2^-149
 */
public record ExactSum(BigInteger units) {
  /** Of nothing. */
  public static final ExactSum ZERO = new ExactSum(BigInteger.ZERO);

  private static final int UNIT_EXPONENT = 149;
  private static final BigDecimal UNITS_IN_ONE = new BigDecimal(BigInteger.TWO.pow(UNIT_EXPONENT));

  /** With a finite number added. */
  public ExactSum plus(float value) {
    int bits = Float.floatToIntBits(value);
    int exponent = bits >>> 23 & 0xFF;
    int fraction = bits & 0x7FFFFF;
    // Subnormals have exponent field 0 and no hidden bit, but the unit of field 1.
    BigInteger magnitude =
        BigInteger.valueOf(exponent == 0 ? fraction : fraction | 0x800000)
            .shiftLeft(Math.max(exponent, 1) - 1);
    return new ExactSum(bits < 0 ? units.subtract(magnitude) : units.add(magnitude));
  }

  /** Of the numbers of both. */
  public ExactSum plus(ExactSum other) {
    return new ExactSum(units.add(other.units));
  }

  /** The sum divided by {@code count}, rounded to 34 digits and then to float. */
  public float mean(long count) {
    BigDecimal divisor = UNITS_IN_ONE.multiply(BigDecimal.valueOf(count));
    return new BigDecimal(units).divide(divisor, MathContext.DECIMAL128).floatValue();
  }
}
