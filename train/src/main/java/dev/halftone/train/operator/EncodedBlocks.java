package dev.halftone.train.operator;

import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.train.torch.TorchTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * Numbers of any format times a scale, for values {@code [outer, length, inner]} of which {@code
 * block} neighbours along {@code length} share a scale:
 *
 * <pre>
 * v = x / scale,  q = decode(encode(v)),  y = q * scale
 * </pre>
 *
 * <p>and its gradients: {@code dx = dy} where {@code v} lies within the numbers, else 0, and {@code
 * dscale = sum of dy * (q - v)} over the former and {@code dy * q} over the others, in double and
 * in the order of the values. Integers reach half a step further on both sides, as far as they
 * round to one of them. NaN stays.
 *
 * @param scales {@code [outer, ceil(length / block), inner]}
 */
record EncodedBlocks(NumberFormat numbers, long length, long inner, long block, float[] scales)
    implements Rounder {

  @Override
  public void round(MemorySegment x, MemorySegment y) {
    float[] values = x.toArray(ValueLayout.JAVA_FLOAT);
    int[] places = places(values.length);
    float[] found = nearest(quotients(values, places));
    for (int i = 0; i < values.length; i++)
      if (!Float.isNaN(values[i])) values[i] = found[i] * scales[places[i]];
    MemorySegment.copy(values, 0, y, ValueLayout.JAVA_FLOAT, 0, values.length);
  }

  @Override
  public Sums gradients(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean zeroPoints) {
    float[] values = x.toArray(ValueLayout.JAVA_FLOAT);
    int[] places = places(values.length);
    float[] quotients = quotients(values, places);
    float[] found = nearest(quotients);
    float[] gradients = dy.toArray(ValueLayout.JAVA_FLOAT);
    double[] sums = new double[scales.length];
    for (int i = 0; i < gradients.length; i++) {
      boolean inside = isInside(quotients[i]);
      sums[places[i]] += (double) gradients[i] * (inside ? found[i] - quotients[i] : found[i]);
      if (!inside) gradients[i] = 0;
    }
    MemorySegment.copy(gradients, 0, dx, ValueLayout.JAVA_FLOAT, 0, gradients.length);
    return new Sums(sums, new double[scales.length]);
  }

  private boolean isInside(float v) {
    double end = numbers instanceof IntegerFormat ? Math.rint(v) : v;
    return end >= numbers.lowest() && end <= numbers.highest();
  }

  private float[] quotients(float[] values, int[] places) {
    float[] quotients = new float[values.length];
    for (int i = 0; i < values.length; i++) quotients[i] = values[i] / scales[places[i]];
    return quotients;
  }

  /** The numbers that values are rounded to. */
  private float[] nearest(float[] values) {
    byte[] codes = new byte[values.length];
    numbers.encode(values, 0, values.length, 1f, codes, 0);
    float[] decoded = new float[values.length];
    numbers.decode(codes, 0, codes.length, 1f, decoded, 0);
    return decoded;
  }

  /** The index of each value's scale. */
  private int[] places(int count) {
    int[] places = new int[count];
    int at = 0;
    for (int first = 0; at < count; ) {
      for (long from = 0; from < length; from += block, first += (int) inner)
        for (long row = from; row < Math.min(from + block, length); row++)
          for (int column = 0; column < inner; column++) places[at++] = first + column;
    }
    return places;
  }

  /** What a tensor becomes. */
  static Tensor of(Call call, NumberFormat numbers) {
    Tensor x = call.input(0);
    Tensor scale = call.input(1);
    EncodedBlocks blocks =
        new EncodedBlocks(
            numbers,
            call.integer("length", 1),
            call.integer("inner", 1),
            call.integer("block", 1),
            TorchTensors.copy(scale).toFloats());
    return FusedRounding.rounded(blocks, x, scale, call.backward());
  }
}
