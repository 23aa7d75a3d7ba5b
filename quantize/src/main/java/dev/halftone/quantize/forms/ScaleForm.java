package dev.halftone.quantize.forms;

import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/**
 * Scales in the file: floats, or what they are stored as with the nodes that give floats again.
 * ONNX Runtime computes those nodes once, when it loads the model, so that what reads the scales
 * runs as it would on floats. Where so few scales are stored that the nodes would take more bytes
 * than they save, the rounded scales are floats.
 */
final class ScaleForm {
  /** Bytes of one more node with its names, about. */
  private static final long NODE = 150;

  private final Constant constant;
  private final Codes codes;
  private final Rewrite rewrite;
  private final Emission emission;
  private final String name;

  private ScaleForm(Constant constant, Codes codes, Rewrite rewrite) {
    this.constant = constant;
    this.codes = codes;
    this.rewrite = rewrite;
    this.emission = new Emission(rewrite);
    this.name = constant.name() + "_scale";
  }

  /** Adds the scales to the constant's graph and gives the name of their value in float. */
  static String add(Constant constant, Codes codes, Rewrite rewrite, float factor, long... shape) {
    return new ScaleForm(constant, codes, rewrite).add(factor, shape);
  }

  private String add(float factor, long... shape) {
    ScaleStorage storage = codes.scaleStorage();
    long scales = codes.layout().scales();
    boolean saves = 4 * scales - storage.bytes(scales) > nodes(storage) * NODE;
    if (factor != 1f || !saves) return constant("", codes.scales(factor, shape));
    String value =
        switch (storage) {
          case ScaleStorage.Float32() -> throw new IllegalStateException("floats save nothing");
          case ScaleStorage.Float16(), ScaleStorage.BFloat16() ->
              cast(constant("_half", codes.halfScales(shape)));
          case ScaleStorage.Power ignored -> power(shape);
          case ScaleStorage.Float8() -> small(shape);
          case ScaleStorage.Doubled() -> doubled(shape);
        };
    emission.addTo(constant.owner());
    return value;
  }

  private static int nodes(ScaleStorage storage) {
    return switch (storage) {
      case ScaleStorage.Float32() -> 0;
      case ScaleStorage.Float16(), ScaleStorage.BFloat16() -> 1;
      case ScaleStorage.Power ignored -> 4;
      case ScaleStorage.Float8() -> 3;
      case ScaleStorage.Doubled() -> 6;
    };
  }

  /** {@code number * tensorScale}. */
  private String small(long... shape) {
    String numbers = cast(constant("_fp8", codes.smallScales(shape)));
    String tensor = constant("_tensor", codes.tensorScale());
    return emission.add("Mul", emission.fresh(name), numbers, tensor);
  }

  /** {@code 2^(exponent - 127)}. */
  private String power(long... shape) {
    String exponents = cast(constant("_exponent", codes.scaleExponents(shape)));
    String bias = constant("_bias", Tensor.scalar(127f));
    String centred = emission.add("Sub", emission.fresh(name + "_power"), exponents, bias);
    return emission.add("Pow", emission.fresh(name), constant("_base", Tensor.scalar(2f)), centred);
  }

  /** Codes of scales in rows of a group each, times the group's float; what fills up is cut off. */
  private String doubled(long... shape) {
    long groups = codes.scaleGroups();
    String stored = cast(constant("_quantized", codes.scaleCodes()));
    String supers = constant("_scale", codes.superScales(groups, 1));
    String product = emission.add("Mul", emission.fresh(name + "_group"), stored, supers);
    String flat = reshape(product, "_flat", -1);
    String ends = constant("_end", Tensor.ofLongs(new long[] {codes.layout().scales()}, 1));
    String start = constant("_start", Tensor.ofLongs(new long[] {0}, 1));
    String cut = emission.add("Slice", emission.fresh(name + "_cut"), flat, start, ends);
    return reshape(cut, "", shape);
  }

  private String reshape(String value, String suffix, long... shape) {
    String target = constant(suffix + "_shape", Tensor.ofLongs(shape, shape.length));
    return emission.add("Reshape", emission.fresh(name + suffix), value, target);
  }

  private String cast(String value) {
    return emission.cast(emission.fresh(name + "_float"), value, DType.FLOAT32);
  }

  private String constant(String suffix, Tensor value) {
    return Emission.constant(rewrite, constant.owner(), name + suffix, value);
  }
}
