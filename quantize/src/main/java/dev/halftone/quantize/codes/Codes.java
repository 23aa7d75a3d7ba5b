package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.number.ExponentFormat;
import dev.halftone.number.WideFloatFormat;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** An encoded weight: codes and scales as flat tensors in the layout's order. */
public final class Codes {
  private final CodeRequest request;
  private final MemorySegment memory;
  private final MemorySegment codes;
  private final float[] scales;
  private final short[] zeroPoints;
  private final ChannelFormats formats;

  /** Bytes that the memory of codes has beyond them, all zero. */
  static final int SLACK = 7;

  Codes(CodeRequest request, EncodingTarget target) {
    this.request = request;
    this.memory = target.codes();
    this.codes = memory.asSlice(0, request.format().bytes(request.layout().codes()));
    this.scales = target.scales();
    this.zeroPoints = target.zeroPoints();
    this.formats = target.formats();
  }

  /** What was encoded, and how. */
  public CodeRequest request() {
    return request;
  }

  /**
   * The request that gives the same codes for the same weight: its scales known, its codebook the
   * one that was fitted.
   *
   * @throws IllegalStateException if groups of channels have codebooks of their own, or zero points
   *     differ
   */
  public CodeRequest settled() {
    if (formats.formats().size() > 1 || !format().symmetric())
      throw new IllegalStateException(request.name() + " has codebooks or zero points by channel");
    return new CodeRequest(
        request.name(),
        request.weight(),
        layout(),
        formats.formats().getFirst(),
        Scaling.known(scales.clone()));
  }

  public CodeLayout layout() {
    return request.layout();
  }

  /** What was asked for; an adaptive codebook as it was before it was fitted. */
  public CodeFormat format() {
    return request.format();
  }

  /** What the codes of each channel stand for. */
  ChannelFormats formats() {
    return formats;
  }

  /** Channels that have a table in common, neighbours; as many as there are where all have. */
  public long channelsPerTable() {
    return Math.min(formats.channels(), layout().channels());
  }

  /**
   * What each pattern of bits stands for without scale and zero point, FLOAT32 {@code [tables,
   * 2^bits]}, a table for each {@link #channelsPerTable} channels.
   */
  public Tensor tables() {
    int patterns = 1 << format().bits();
    int unused = 32 - format().bits();
    float[] levels = new float[Math.multiplyExact(formats.formats().size(), patterns)];
    for (int i = 0; i < levels.length; i++) {
      CodeFormat format = formats.formats().get(i / patterns);
      int pattern = i % patterns;
      int code = format.signed() ? pattern << unused >> unused : pattern;
      levels[i] = format.decode(code, 1f, format.symmetric() ? format.middle() : 0);
    }
    return Tensor.ofFloats(levels, formats.formats().size(), patterns);
  }

  /** The codes under a shape of as many elements. */
  public Tensor codes(long... shape) {
    return Tensor.of(format().dtype(), shape, codes);
  }

  /**
   * The codes as the bytes that they are packed in, for operators that take packed codes as UINT8.
   */
  public Tensor packed(long... shape) {
    return Tensor.of(DType.UINT8, shape, codes);
  }

  /**
   * The first {@code count} bytes that the codes are packed in, UINT8, zeros behind the last.
   *
   * @param count less than 8 more than codes take
   */
  public Tensor packedBytes(long count) {
    return Tensor.of(DType.UINT8, new long[] {count}, memory.asSlice(0, count));
  }

  /** The scales under a shape of as many elements, FLOAT32. */
  public Tensor scales(long... shape) {
    return Tensor.ofFloats(scales, shape);
  }

  /** What the scales are stored as; they are rounded to it already. */
  public ScaleStorage scaleStorage() {
    return request.scaling().storage();
  }

  /** The scales as FLOAT16 or BFLOAT16, as they are stored. */
  public Tensor halfScales(long... shape) {
    boolean half = scaleStorage() instanceof ScaleStorage.Float16;
    WideFloatFormat format = half ? WideFloatFormat.FP16 : WideFloatFormat.BF16;
    byte[] bytes = new byte[2 * scales.length];
    for (int i = 0; i < scales.length; i++) {
      int code = format.encode(scales[i]);
      bytes[2 * i] = (byte) code;
      bytes[2 * i + 1] = (byte) (code >> 8);
    }
    return Tensor.ofBytes(half ? DType.FLOAT16 : DType.BFLOAT16, bytes, shape);
  }

  /** The exponents of scales that are powers of two, biased by 127, UINT8. */
  public Tensor scaleExponents(long... shape) {
    byte[] exponents = new byte[scales.length];
    for (int i = 0; i < scales.length; i++)
      exponents[i] = (byte) ExponentFormat.E8M0.encode(scales[i]);
    return Tensor.ofBytes(DType.UINT8, exponents, shape);
  }

  /** The scales as FP8 E4M3 numbers, to be multiplied by {@link #tensorScale}. */
  public Tensor smallScales(long... shape) {
    return Tensor.ofBytes(DType.FLOAT8E4M3FN, SmallScales.of(scales).codes(), shape);
  }

  /** What FP8 scales are multiplied by. */
  public Tensor tensorScale() {
    return Tensor.scalar(SmallScales.of(scales).tensorScale());
  }

  /** Groups of scales that are quantized in their turn. */
  public long scaleGroups() {
    return Math.ceilDiv(scales.length, ScaleStorage.Doubled.GROUP);
  }

  /** Codes of scales that are quantized in their turn, {@code [groups, 256]}, filled up with 0. */
  public Tensor scaleCodes() {
    DoubledScales doubled = DoubledScales.of(scales);
    int group = ScaleStorage.Doubled.GROUP;
    byte[] filled = Arrays.copyOf(doubled.codes(), Math.toIntExact(scaleGroups() * group));
    return Tensor.ofBytes(
        doubled.signed() ? DType.INT8 : DType.UINT8, filled, scaleGroups(), group);
  }

  /** A float for each group of scales that are quantized in their turn. */
  public Tensor superScales(long... shape) {
    return Tensor.ofFloats(DoubledScales.of(scales).supers(), shape);
  }

  /** The scales times a factor, under a shape of as many elements, FLOAT32. */
  public Tensor scales(float factor, long... shape) {
    if (factor == 1f) return scales(shape);
    float[] scaled = scales.clone();
    for (int i = 0; i < scaled.length; i++) scaled[i] *= factor;
    return Tensor.ofFloats(scaled, shape);
  }

  /**
   * The zero points in the type of the codes, packed where those are, else as bytes, under a shape
   * of as many elements as there are scales.
   */
  public Tensor zeroPoints(long... shape) {
    if (!format().hasElementType())
      return Tensor.ofBytes(format().signed() ? DType.INT8 : DType.UINT8, zeroPointBytes(), shape);
    return Tensor.ofBytes(format().dtype(), packed(zeroPointBytes()), shape);
  }

  /** As codes before they are packed. */
  private byte[] zeroPointBytes() {
    int width = format().width();
    byte[] bytes = new byte[Math.multiplyExact(zeroPoints.length, width)];
    for (int i = 0; i < zeroPoints.length; i++) {
      bytes[i * width] = (byte) zeroPoints[i];
      if (width == 2) bytes[2 * i + 1] = (byte) (zeroPoints[i] >> 8);
    }
    return bytes;
  }

  /** Whether readers of codes have to subtract anything. */
  public boolean hasZeroPoints() {
    return !format().symmetric() || format().middle() != 0;
  }

  /**
   * The zero points of each row packed into whole bytes, UINT8 {@code [outer, ceil(blocks * bits /
   * 8)]}, filled up with the middle.
   */
  public Tensor packedZeroPointRows() {
    int bits = format().bits();
    int blocks = Math.toIntExact(layout().blocks());
    int rows = Math.toIntExact(layout().outer());
    int width = (blocks * bits + 7) / 8;
    int filled = width * 8 / bits;
    byte[] unpadded = zeroPointBytes();
    byte[] padded = new byte[rows * filled];
    Arrays.fill(padded, (byte) format().middle());
    for (int r = 0; r < rows; r++)
      System.arraycopy(unpadded, r * blocks, padded, r * filled, blocks);
    return Tensor.ofBytes(DType.UINT8, packed(padded), rows, width);
  }

  /** Codes of a byte or two to as many bits as codes have. */
  private byte[] packed(byte[] unpacked) {
    int bits = format().bits();
    if (bits >= 8) return unpacked;
    byte[] packed = new byte[Math.toIntExact(format().bytes(unpacked.length))];
    Kernels.pack(unpacked, 0, unpacked.length, bits, packed, 0);
    return packed;
  }

  int zeroPoint(int index) {
    return format().signed() ? zeroPoints[index] : zeroPoints[index] & 0xFFFF;
  }

  /** The values that codes stand for, from the least to the greatest; 0 is always among them. */
  public Span span() {
    if (formats.formats().size() == 1 && format().symmetric()) return spanOfOneFormat();
    Span span = Span.ZERO;
    for (long channel = 0; channel < layout().channels(); channel++) {
      for (long block = 0; block < layout().blocks(); block++) {
        int entry = layout().entry(channel, block * layout().block());
        span = span.with(formats.of(channel), scales[entry], zeroPoint(entry));
      }
    }
    return span;
  }

  /** Without zero points the least and the greatest scale say it, and there may be millions. */
  private Span spanOfOneFormat() {
    CodeFormat format = formats.formats().getFirst();
    FiniteRange range = Kernels.finiteRange(scales, 0, scales.length);
    int zeroPoint = zeroPoint(0);
    return Span.ZERO.with(format, range.min(), zeroPoint).with(format, range.max(), zeroPoint);
  }

  /** Bytes of codes, scales and tables, and of zero points where the format has them. */
  public long bytes() {
    return bytes(request);
  }

  /**
   * Bytes of the tables that codes are looked up in; 0 where an element type says what they are.
   */
  public static long tableBytes(CodeRequest request) {
    if (request.format().hasElementType()) return 0;
    return (long) CodebookFit.count(request) * Float.BYTES << request.format().bits();
  }

  /** Bits for each weight, with scales, zero points and tables counted. */
  public double bitsPerWeight() {
    return 8.0 * bytes() / layout().count();
  }

  /** Bytes that codes, scales, tables and (where not symmetric) zero points will take. */
  public static long bytes(CodeRequest request) {
    long scales = request.layout().scales();
    CodeFormat format = request.format();
    long zeroPoints =
        format.symmetric() ? 0 : format.hasElementType() ? format.bytes(scales) : scales;
    return format.bytes(request.layout().codes())
        + request.scaling().storage().bytes(scales)
        + tableBytes(request)
        + zeroPoints;
  }

  /**
   * The values that the codes stand for, in the layout's order without padding, FLOAT32 {@code
   * [outer, length, inner]}.
   */
  public Tensor decoded() {
    return Decoder.decode(this);
  }

  /** The same in the shape and order of the weight. */
  public Tensor decodedAsWeight() {
    long[] shape = request.weight().shape();
    Tensor values = decoded();
    return layout().transposed()
        ? Tensor.ofFloats(layout().turned(values.toFloats()), shape)
        : values.reshape(shape);
  }

  /** One code, extended by its sign where the format has one. */
  int code(long index) {
    int bits = format().bits();
    long bit = index * bits;
    int low = codes.get(ValueLayout.JAVA_BYTE, bit / 8) & 0xFF;
    boolean crosses = bit % 8 + bits > 8;
    int high = crosses ? codes.get(ValueLayout.JAVA_BYTE, bit / 8 + 1) & 0xFF : 0;
    int code = (high << 8 | low) >> bit % 8 & (1 << bits) - 1;
    return format().signed() ? code << 32 - bits >> 32 - bits : code;
  }

  float scale(int index) {
    return scales[index];
  }
}
