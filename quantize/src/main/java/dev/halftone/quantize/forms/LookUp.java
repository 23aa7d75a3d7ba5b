package dev.halftone.quantize.forms;

import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;

/**
 * Codes that ONNX Runtime has no element type for, as packed bytes, and the standard nodes that
 * give what they stand for. With codes of {@code b} bits, {@code c = lcm(b, 8) / b} codes lie in
 * {@code g = lcm(b, 8) / 8} bytes, the first in the lowest bits:
 *
 * <pre>
 * number = sum of bytes[group, i] * 256^i       Cast, MatMul where g > 1   [groups, 1]
 * code   = number / 2^(b j) mod 2^b, j below c  Div, Mod                   [groups, c]
 * value  = table[code]                          Gather, Slice, Reshape     the shape asked for
 * </pre>
 *
 * <p>Where groups of channels have tables of their own, these lie one behind the other, and codes
 * are brought to the shape asked for first:
 *
 * <pre>
 * group  = channel / channels per table         Range, Div                 [channels]
 * value  = tables[2^b group + code]             Mul, Reshape, Add, Gather  the shape asked for
 * </pre>
 *
 * <p>Needs operator set 10. ONNX Runtime computes all of it once, when it loads the model: the file
 * is small, the weight in memory a float.
 */
final class LookUp {
  private final Constant constant;
  private final Codes codes;
  private final Rewrite rewrite;
  private final Emission emission;
  private final int bits;
  private final int groupBytes;
  private final int groupCodes;

  private LookUp(Constant constant, Codes codes, Rewrite rewrite, Emission emission) {
    this.constant = constant;
    this.codes = codes;
    this.rewrite = rewrite;
    this.emission = emission;
    this.bits = codes.format().bits();
    int shared = Integer.lowestOneBit(bits | 8);
    this.groupBytes = bits / shared;
    this.groupCodes = 8 / shared;
  }

  /**
   * Adds the codes and the nodes, and gives the name of the values in a shape, without scales and
   * without zero points that differ.
   *
   * @param channelShape of a number for each channel that is to be combined with the values
   */
  static String add(
      Constant constant,
      Codes codes,
      long[] shape,
      long[] channelShape,
      Rewrite rewrite,
      Emission emission) {
    return new LookUp(constant, codes, rewrite, emission).add(shape, channelShape);
  }

  private String add(long[] shape, long[] channelShape) {
    long count = codes.layout().codes();
    long groups = Math.ceilDiv(count, groupCodes);
    String number = emission.cast(fresh("_bytes"), stored(groups), integers());
    if (groupBytes > 1) number = node("MatMul", "_number", number, powers(256, groupBytes, 1));
    String parts = number;
    if (groupCodes > 1) {
      parts = node("Div", "_parts", number, powers(1L << bits, 1, groupCodes));
      parts = node("Mod", "_code", parts, shared(integers(1L << bits)));
    }
    Tensor tables = codes.tables();
    boolean single = tables.dimension(0) == 1;
    String table = shared(tables.reshape(tables.count()));
    String value = single ? node("Gather", "_level", table, parts) : parts;
    if (groups * groupCodes != count) value = cut(reshape(value, "_flat", -1), count);
    value = reshape(value, "_numbers", shape);
    if (single) return value;
    String index = node("Add", "_index", value, firstCodes(channelShape));
    return node("Gather", "_level", table, index);
  }

  /** Where the table of each channel begins. */
  private String firstCodes(long[] channelShape) {
    String channel =
        node("Range", "_channel", number(0), number(codes.layout().channels()), number(1));
    String group = node("Div", "_group", channel, number(codes.channelsPerTable()));
    return reshape(node("Mul", "_first", group, number(1L << bits)), "_table", channelShape);
  }

  /** A constant without axes. */
  private String number(long value) {
    return shared(integers(value).reshape());
  }

  /** The bytes, filled up to whole groups. */
  private String stored(long groups) {
    Tensor bytes = codes.packedBytes(groups * groupBytes).reshape(groups, groupBytes);
    String name = constant.name() + "_quantized";
    return Emission.constant(rewrite, constant.owner(), name, bytes);
  }

  private String cut(String value, long count) {
    String start = shared(Tensor.ofLongs(new long[] {0}, 1));
    return node("Slice", "_cut", value, start, shared(Tensor.ofLongs(new long[] {count}, 1)));
  }

  private String reshape(String value, String suffix, long... shape) {
    return node("Reshape", suffix, value, shared(Tensor.ofLongs(shape, shape.length)));
  }

  private String powers(long base, int rows, int columns) {
    long[] powers = new long[rows * columns];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) powers[i] = powers[i - 1] * base;
    return shared(integers(powers).reshape(rows, columns));
  }

  /** Wide enough for the number of a group. */
  private DType integers() {
    return groupBytes <= 3 ? DType.INT32 : DType.INT64;
  }

  private Tensor integers(long... values) {
    if (integers() == DType.INT64) return Tensor.ofLongs(values, values.length);
    int[] narrow = Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    return Tensor.ofInts(narrow, narrow.length);
  }

  /** A constant that equal weights' nodes in one graph share. */
  private String shared(Tensor value) {
    return Emission.shared(rewrite, constant.owner(), value);
  }

  /** Adds a node without a name of its own: these are many, and nobody looks for them. */
  private String node(String opType, String suffix, String... inputs) {
    return emission.addUnnamed(opType, fresh(suffix), inputs);
  }

  private String fresh(String suffix) {
    return emission.fresh(constant.name() + suffix);
  }
}
