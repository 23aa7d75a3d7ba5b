package dev.halftone.quantize.codes;

import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;

/**
 * How the scales of a weight are found and what they are stored as.
 *
 * @param importance what errors count for {@link ScaleSearch.WeightedError} and for levels that are
 *     fitted
 * @param least smallest scale allowed, by scale, none of which is negative then; empty means any
 * @param known what the scales are; empty means that they are found
 * @param zeroPoints what the zero points are where scales are known and codes are not symmetric
 */
public record Scaling(
    ScaleSearch search,
    ScaleStorage storage,
    Importance importance,
    double[] least,
    float[] known,
    short[] zeroPoints) {
  /** The whole range, stored as float. */
  public static final Scaling PLAIN = of(new ScaleSearch.AbsMax(), new ScaleStorage.Float32());

  public static Scaling of(ScaleSearch search, ScaleStorage storage) {
    return new Scaling(
        search, storage, Importance.EQUAL, new double[0], new float[0], new short[0]);
  }

  /** The same with errors that do not all count the same. */
  public Scaling weighted(Importance importances) {
    return new Scaling(search, storage, importances, least, known, zeroPoints);
  }

  /** The same with scales kept from falling below a bound each. */
  public Scaling atLeast(double... scales) {
    return new Scaling(search, storage, importance, scales, known, zeroPoints);
  }

  /**
   * By scales that are known, in the order of the layout.
   *
   * @param scales one for each that the layout has; the codes are symmetric
   */
  public static Scaling known(float... scales) {
    return new Scaling(
        PLAIN.search(), PLAIN.storage(), Importance.EQUAL, new double[0], scales, new short[0]);
  }

  /** What the scale and the zero point of a block of a channel are. */
  public interface KnownScales {
    /** May be negative, and not 0. */
    float scale(long channel, long block);

    /** A code of the format; not asked for where codes are symmetric. */
    int zeroPoint(long channel, long block);
  }

  /**
   * The whole range, by scales that are known, for codes of a layout without tiles.
   *
   * @param symmetric whether the zero point is the middle of the codes, whatever {@code scales} say
   */
  public static Scaling known(CodeLayout layout, boolean symmetric, KnownScales scales) {
    float[] all = new float[Math.toIntExact(layout.scales())];
    short[] zeroPoints = new short[symmetric ? 0 : all.length];
    for (long channel = 0; channel < layout.channels(); channel++) {
      for (long block = 0; block < layout.blocks(); block++) {
        int entry = layout.entry(channel, block * layout.block());
        all[entry] = scales.scale(channel, block);
        if (!symmetric) zeroPoints[entry] = (short) scales.zeroPoint(channel, block);
      }
    }
    return new Scaling(
        PLAIN.search(), PLAIN.storage(), Importance.EQUAL, new double[0], all, zeroPoints);
  }

  /** The zero point for a range with such a scale. */
  int zeroPoint(CodeFormat format, float low, float scale, int entry) {
    return zeroPoints.length > 0 ? zeroPoints[entry] : format.zeroPoint(low, scale);
  }

  /** The stored scale for a range; 0 where the range is as good as empty. */
  float scale(CodeFormat format, float low, float high, int entry) {
    if (known.length > 0) return known[entry];
    float scale = format.scale(low, high, storage.signed() && least.length == 0);
    if (least.length > 0) scale = (float) Math.max(scale, least[entry]);
    if (Math.abs(scale) < Float.MIN_NORMAL) return 0;
    return storage.round(Math.clamp(scale, -Float.MAX_VALUE, Float.MAX_VALUE));
  }

  void check(CodeRequest request) {
    CodeLayout layout = request.layout();
    if (search.needsZeroPoint() && request.format().symmetric()) {
      throw new IllegalArgumentException(
          "%s: search %s chooses zero points; it needs asymmetric integers"
              .formatted(request.name(), search));
    }
    long groups = request.weight().count() / importance.groupElements();
    if (!importance.isEqual() && importance.inputs().length != groups * importance.perGroup())
      throw new IllegalArgumentException(
          "%s: %s, expected %d"
              .formatted(request.name(), importance, groups * importance.perGroup()));
    checkLength(request, "least scales", least.length, layout.scales());
    checkLength(request, "known scales", known.length, layout.scales());
  }

  private static void checkLength(CodeRequest request, String what, int found, long expected) {
    if (found != 0 && found != expected) {
      throw new IllegalArgumentException(
          "%s: %d %s, expected %d".formatted(request.name(), found, what, expected));
    }
  }
}
