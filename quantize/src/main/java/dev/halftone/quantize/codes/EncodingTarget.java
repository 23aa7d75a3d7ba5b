package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the parts of an encoding put their results; they write to places that do not overlap. */
final class EncodingTarget {
  private final Supplier<MemorySegment> memory;
  private @Nullable MemorySegment codes;
  private final float[] scales;
  private final short[] zeroPoints;
  private final boolean settles;
  private boolean scaled;
  private ChannelFormats formats;

  /**
   * @param memory gives as many bytes as the codes take and {@link Codes#SLACK}. The first part
   *     asks, and the next one where that failed: to take over large memory is work that threads
   *     share in this way.
   */
  EncodingTarget(CodeRequest request, Supplier<MemorySegment> memory) {
    this.memory = memory;
    this.scales = new float[Math.toIntExact(request.layout().scales())];
    this.zeroPoints = new short[scales.length];
    this.settles = CodebookFit.isAdaptive(request) || request.scaling().storage().roundsTogether();
    this.formats = ChannelFormats.all(request.format());
  }

  synchronized MemorySegment codes() {
    MemorySegment there = codes;
    if (there == null) {
      there = memory.get();
      codes = there;
    }
    return there;
  }

  /** The array itself. */
  float[] scales() {
    return scales;
  }

  /** The array itself. */
  short[] zeroPoints() {
    return zeroPoints;
  }

  /** What codes stand for. */
  ChannelFormats formats() {
    return formats;
  }

  /** Takes what was found for {@code runs} neighbours from {@code first} on. */
  void set(int first, ScaleFinder found, int runs) {
    for (int run = 0; run < runs; run++)
      set(first + run, found.scales[run], (int) found.zeroPoints[run]);
  }

  /** Sets the scale that covers a range. */
  void cover(CodeRequest request, int entry, FiniteRange range) {
    CodeFormat format = request.format();
    float scale = request.scaling().scale(format, range.min(), range.max(), entry);
    if (scale == 0) set(entry, 1, format.middle());
    else set(entry, scale, request.scaling().zeroPoint(format, range.min(), scale, entry));
  }

  void set(int entry, float scale, int zeroPoint) {
    scales[entry] = scale;
    zeroPoints[entry] = (short) zeroPoint;
  }

  /** The zero point as an integer of the format. */
  int code(CodeFormat format, int entry) {
    return format.signed() ? zeroPoints[entry] : zeroPoints[entry] & 0xFFFF;
  }

  /** Whether codes depend on all scales of the weight, which are found first. */
  boolean settles() {
    return settles;
  }

  /** Whether scales and zero points are there already. */
  boolean isScaled() {
    return scaled;
  }

  /** Whether codes can be computed as soon as their own scales are there. */
  boolean wantsCodes() {
    return scaled || !settles;
  }

  /** No more scales. */
  void scaled() {
    scaled = true;
  }

  /** Sets what codes stand for from now on. */
  void settle(ChannelFormats found) {
    formats = found;
  }
}
