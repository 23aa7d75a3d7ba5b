package dev.halftone.number;

import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Codes of an ONNX element type, each in an array element of its own, and the way to and from
 * tensors, which pack what is narrower than a byte.
 */
public sealed interface CodeArray {
  /** The format of an element type; a code of it is a bit pattern or an integer. */
  NumberFormat format();

  /** How many codes there are. */
  int count();

  /**
   * Room for {@code count} codes.
   *
   * @throws IllegalArgumentException if no format of 16 bits or less has that element type
   */
  static CodeArray allocate(DType type, int count) {
    NumberFormat format = NumberFormat.of(type);
    if (format.bits() <= 8) return new Bytes(format, new byte[count]);
    if (format.bits() == 16) return new Shorts(format, new short[count]);
    throw new IllegalArgumentException("codes of " + type + " are not made here");
  }

  /**
   * A copy of the tensor's codes.
   *
   * @throws IllegalArgumentException if no format has the tensor's element type
   */
  static CodeArray of(Tensor tensor) {
    NumberFormat format = NumberFormat.of(tensor.dtype());
    int count = Math.toIntExact(tensor.count());
    if (format.bits() == 16) return new Shorts(format, tensor.data().toArray(Shorts.LAYOUT));
    if (format.bits() > 16) return new Ints(format, tensor.data().toArray(Ints.LAYOUT));
    byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
    if (format.bits() == 8) return new Bytes(format, bytes);
    byte[] codes = new byte[count];
    Kernels.unpack(bytes, 0, format.bits(), format.isSigned(), codes, 0, count);
    return new Bytes(format, codes);
  }

  /** Sets one code to the low bits of {@code code}. */
  void set(int index, int code);

  /** Copies the code at {@code from} of an array of the same kind to {@code index}. */
  void copy(CodeArray source, int from, int index);

  /**
   * Codes of {@code x[from, to) / scale} from {@code at} on, as {@link NumberFormat#encode} gives
   * them.
   *
   * @param zeroPoint added to integers before they saturate; 0 for other formats
   */
  void encode(float[] x, int from, int to, float scale, int zeroPoint, boolean saturate, int at);

  /**
   * Values of the codes {@code [from, to)} into {@code out[at, …)}: {@code (code - zeroPoint) *
   * scale} of integers, {@code decode(code) * scale} of other formats.
   */
  void decode(int from, int to, float scale, int zeroPoint, float[] out, int at);

  /** A tensor of these codes. */
  Tensor toTensor(long... shape);

  /** Codes of 8 bits and less. */
  record Bytes(NumberFormat format, byte[] codes) implements CodeArray {
    @Override
    public int count() {
      return codes.length;
    }

    @Override
    public void set(int index, int code) {
      codes[index] = (byte) code;
    }

    @Override
    public void copy(CodeArray source, int from, int index) {
      codes[index] = ((Bytes) source).codes[from];
    }

    @Override
    public void encode(
        float[] x, int from, int to, float scale, int zeroPoint, boolean saturate, int at) {
      if (format instanceof IntegerFormat grid)
        Kernels.quantize(x, from, to, scale, zeroPoint, grid.low(), grid.high(), codes, at);
      else format.encode(x, from, to, scale, saturate, codes, at);
    }

    @Override
    public void decode(int from, int to, float scale, int zeroPoint, float[] out, int at) {
      if (format instanceof IntegerFormat)
        Kernels.dequantize(codes, from, to, format.isSigned(), scale, zeroPoint, out, at);
      else format.decode(codes, from, to, scale, out, at);
    }

    @Override
    public Tensor toTensor(long... shape) {
      DType type = format.dtype().orElseThrow();
      if (format.bits() == 8) return Tensor.ofBytes(type, codes, shape);
      byte[] packed = new byte[Kernels.packedBytes(codes.length, format.bits())];
      Kernels.pack(codes, 0, codes.length, format.bits(), packed, 0);
      return Tensor.ofBytes(type, packed, shape);
    }
  }

  /** Codes of 16 bits. */
  record Shorts(NumberFormat format, short[] codes) implements CodeArray {
    private static final ValueLayout.OfShort LAYOUT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int count() {
      return codes.length;
    }

    @Override
    public void set(int index, int code) {
      codes[index] = (short) code;
    }

    @Override
    public void copy(CodeArray source, int from, int index) {
      codes[index] = ((Shorts) source).codes[from];
    }

    @Override
    public void encode(
        float[] x, int from, int to, float scale, int zeroPoint, boolean saturate, int at) {
      if (format instanceof IntegerFormat grid)
        Kernels.quantize(x, from, to, scale, zeroPoint, grid.low(), grid.high(), codes, at);
      else format.encode(x, from, to, scale, saturate, codes, at);
    }

    @Override
    public void decode(int from, int to, float scale, int zeroPoint, float[] out, int at) {
      if (format instanceof IntegerFormat)
        Kernels.dequantize(codes, from, to, format.isSigned(), scale, zeroPoint, out, at);
      else format.decode(codes, from, to, scale, out, at);
    }

    @Override
    public Tensor toTensor(long... shape) {
      byte[] bytes = new byte[2 * codes.length];
      MemorySegment.copy(codes, 0, MemorySegment.ofArray(bytes), LAYOUT, 0, codes.length);
      return Tensor.ofBytes(format.dtype().orElseThrow(), bytes, shape);
    }
  }

  /** Codes of 32 bits: biases, which are only read here. */
  record Ints(NumberFormat format, int[] codes) implements CodeArray {
    private static final ValueLayout.OfInt LAYOUT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int count() {
      return codes.length;
    }

    @Override
    public void set(int index, int code) {
      codes[index] = code;
    }

    @Override
    public void copy(CodeArray source, int from, int index) {
      codes[index] = ((Ints) source).codes[from];
    }

    @Override
    public void encode(
        float[] x, int from, int to, float scale, int zeroPoint, boolean saturate, int at) {
      throw Refusals.width(format, 32);
    }

    @Override
    public void decode(int from, int to, float scale, int zeroPoint, float[] out, int at) {
      for (int i = from; i < to; i++)
        out[at + i - from] = (float) ((long) codes[i] - zeroPoint) * scale;
    }

    @Override
    public Tensor toTensor(long... shape) {
      return Tensor.ofInts(codes, shape);
    }
  }

  /** Room for as many codes of the same format. */
  default CodeArray like(int count) {
    return switch (this) {
      case Bytes bytes -> new Bytes(bytes.format, new byte[count]);
      case Shorts shorts -> new Shorts(shorts.format, new short[count]);
      case Ints ints -> new Ints(ints.format, Arrays.copyOf(ints.codes, count));
    };
  }
}
