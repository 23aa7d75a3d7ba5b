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
 */
public record Scaling(
    ScaleSearch search,
    ScaleStorage storage,
    Importance importance,
    double[] least,
    float[] known) {
  /** The whole range, stored as float. */
  public static final Scaling PLAIN = of(new ScaleSearch.AbsMax(), new ScaleStorage.Float32());

  public static Scaling of(ScaleSearch search, ScaleStorage storage) {
    return new Scaling(search, storage, Importance.EQUAL, new double[0], new float[0]);
  }

  /** The same with errors that do not all count the same. */
  public Scaling weighted(Importance importances) {
    return new Scaling(search, storage, importances, least, known);
  }

  /** The same with scales kept from falling below a bound each. */
  public Scaling atLeast(double... scales) {
    return new Scaling(search, storage, importance, scales, known);
  }

  /** What the scale of a block of a channel is. */
  @FunctionalInterface
  public interface KnownScales {
    /** May be 0 for a block of zeros, and negative. */
    float of(long channel, long block);
  }

  /** The whole range, by scales that are known, for codes of a layout without tiles. */
  public static Scaling known(CodeLayout layout, KnownScales scales) {
    float[] all = new float[Math.toIntExact(layout.scales())];
    for (long channel = 0; channel < layout.channels(); channel++)
      for (long block = 0; block < layout.blocks(); block++)
        all[layout.entry(channel, block * layout.block())] = scales.of(channel, block);
    return new Scaling(PLAIN.search(), PLAIN.storage(), Importance.EQUAL, new double[0], all);
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
