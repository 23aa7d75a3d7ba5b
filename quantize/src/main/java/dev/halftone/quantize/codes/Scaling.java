package dev.halftone.quantize.codes;

import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;

/**
 * How the scales of a weight are found and what they are stored as.
 *
 * @param importance for {@link ScaleSearch.WeightedError}: a weight of 0 or more for each index
 *     along the layout's {@code length}; empty means equal
 * @param least smallest scale allowed, by scale; empty means any
 */
public record Scaling(
    ScaleSearch search, ScaleStorage storage, float[] importance, double[] least) {
  /** The whole range, stored as float. */
  public static final Scaling PLAIN = of(new ScaleSearch.AbsMax(), new ScaleStorage.Float32());

  public static Scaling of(ScaleSearch search, ScaleStorage storage) {
    return new Scaling(search, storage, new float[0], new double[0]);
  }

  /** The same with an importance for each index along the summed axis. */
  public Scaling weighted(float... importance) {
    return new Scaling(search, storage, importance, least);
  }

  /** The same with scales kept from falling below a bound each. */
  public Scaling atLeast(double... scales) {
    return new Scaling(search, storage, importance, scales);
  }

  /** The stored scale for a range; 0 where the range is as good as empty. */
  float scale(CodeFormat format, float low, float high, int entry) {
    float scale = format.scale(low, high, storage.signed());
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
    checkLength(request, "importance", importance.length, layout.length());
    checkLength(request, "least scales", least.length, layout.scales());
    for (float value : importance) {
      if (!(value >= 0 && value < Float.POSITIVE_INFINITY))
        throw new IllegalArgumentException(request.name() + ": importance " + value);
    }
  }

  private static void checkLength(CodeRequest request, String what, int found, long expected) {
    if (found != 0 && found != expected) {
      throw new IllegalArgumentException(
          "%s: %d %s, expected %d".formatted(request.name(), found, what, expected));
    }
  }
}
