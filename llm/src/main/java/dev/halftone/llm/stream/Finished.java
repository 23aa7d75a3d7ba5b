package dev.halftone.llm.stream;

import dev.halftone.llm.stream.RowEncoder.Error;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A unit of work that lies in the unfinished file.
 *
 * @param unit its index
 * @param checksum CRC-32C of its bytes
 * @param nanos time that one thread took for it
 */
public record Finished(long unit, int checksum, Error error, long nanos) {
  private static final HexFormat HEX = HexFormat.of();
  private static final int FIELDS = 5;

  /**
   * A unit that was made, and how far it is from its source.
   *
   * @param signal sum of squares of the source
   * @param noise that of the difference
   */
  public static Finished of(long unit, int checksum, double signal, double noise, long nanos) {
    return new Finished(unit, checksum, new Error(signal, noise), nanos);
  }

  public double signal() {
    return error.signal();
  }

  public double noise() {
    return error.noise();
  }

  /** As a line of the journal. */
  String line() {
    return unit
        + (" " + HEX.toHexDigits(checksum))
        + (" " + HEX.toHexDigits(Double.doubleToLongBits(error.signal())))
        + (" " + HEX.toHexDigits(Double.doubleToLongBits(error.noise())))
        + (" " + nanos + "\n");
  }

  /** What a line of the journal says; empty if it was not written to its end. */
  static Optional<Finished> parse(String line, long units) {
    String[] fields = line.split(" ", -1);
    if (fields.length != FIELDS) return Optional.empty();
    try {
      long unit = Long.parseLong(fields[0]);
      int checksum = HexFormat.fromHexDigits(fields[1]);
      double signal = Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(fields[2]));
      double noise = Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(fields[3]));
      long nanos = Long.parseLong(fields[4]);
      if (unit < 0 || unit >= units) return Optional.empty();
      return Optional.of(new Finished(unit, checksum, new Error(signal, noise), nanos));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
