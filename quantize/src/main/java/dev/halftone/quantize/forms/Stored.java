package dev.halftone.quantize.forms;

import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A weight stored as codes and computed with in float: {@code Cast} (of packed bytes a {@link
 * LookUp}), {@code Sub} where there are zero points, {@code Mul} give the value under its old name,
 * so every reader, bodies included, stays as it is. ONNX Runtime folds these nodes when it loads
 * the model, and runs the float kernels at full speed; it does not fold {@code DequantizeLinear},
 * which would run every time. Scales of tiles, and of blocks with a shorter one at the end, are
 * repeated first ({@link Repetition}).
 */
public final class Stored implements WeightForm.Encoded {
  private final CodeRequest request;

  /** Shape of the codes; blocks are an axis of their own, so that scales broadcast. */
  private final long[] spread;

  private final long[] scaleShape;

  /** The shape of numbers by channel that are combined with the codes. */
  private final long[] channelShape;

  /** How scales become as many as the codes that have them; none where they broadcast. */
  private final List<Repetition> repetitions;

  private final int axis;

  private Stored(CodeRequest request, long[] spread, long[] scaleShape, int axis) {
    this.request = request;
    this.spread = spread;
    this.scaleShape = scaleShape;
    this.channelShape = scaleShape.clone();
    if (request.layout().blocks() > 1) channelShape[1] = 1;
    this.repetitions = List.of();
    this.axis = axis;
  }

  private Stored(
      CodeRequest request,
      long[] spread,
      long[] scaleShape,
      List<Repetition> repetitions,
      int axis) {
    this.request = request;
    this.spread = spread;
    this.scaleShape = scaleShape;
    this.channelShape = spread.clone();
    channelShape[1] = 1;
    this.repetitions = repetitions;
    this.axis = axis;
  }

  /**
   * The form for a weight in its own shape, each of the {@code leading} first axes with scales of
   * its own, in blocks over the rest.
   */
  static Stored rows(CodeRequest request, int leading) {
    CodeLayout layout = request.layout();
    long[] shape = request.weight().shape();
    if (isRepeated(layout)) {
      long[] spread = {layout.outer(), layout.length()};
      long[] scales = {layout.tiles(), layout.blocks()};
      Repetition rows = new Repetition(0, layout.outer(), layout.tile());
      Repetition values = new Repetition(1, layout.length(), layout.block());
      return new Stored(request, spread, scales, List.of(rows, values), leading);
    }
    if (layout.blocks() > 1) {
      long[] spread = {layout.outer(), layout.blocks(), layout.block()};
      return new Stored(request, spread, new long[] {layout.outer(), layout.blocks(), 1}, leading);
    }
    long[] scales = shape.clone();
    for (int i = leading; i < scales.length; i++) scales[i] = 1;
    return new Stored(request, shape, layout.scales() == 1 ? new long[0] : scales, leading - 1);
  }

  /**
   * The form for matrices {@code [..., K, N]}, each column of each with scales of its own, in
   * blocks over {@code K}.
   */
  static Stored columns(CodeRequest request) {
    CodeLayout layout = request.layout();
    long[] shape = request.weight().shape();
    if (isRepeated(layout)) {
      long[] spread = {layout.outer(), layout.length(), layout.inner()};
      long[] scales = {layout.outer(), layout.blocks(), layout.tiles()};
      Repetition rows = new Repetition(1, layout.length(), layout.block());
      Repetition columns = new Repetition(2, layout.inner(), layout.tile());
      return new Stored(request, spread, scales, List.of(rows, columns), shape.length - 2);
    }
    if (layout.blocks() > 1) {
      long[] spread = {layout.outer(), layout.blocks(), layout.block(), layout.inner()};
      long[] scales = {layout.outer(), layout.blocks(), 1, layout.inner()};
      return new Stored(request, spread, scales, shape.length - 2);
    }
    long[] scales = shape.clone();
    scales[shape.length - 2] = 1;
    return new Stored(request, shape, scales, shape.length - 1);
  }

  /** Whether scales cannot be broadcast along axes of their own. */
  private static boolean isRepeated(CodeLayout layout) {
    return layout.tile() > 1 || layout.length() % layout.block() != 0;
  }

  @Override
  public CodeRequest request() {
    return request;
  }

  @Override
  public int axis() {
    return axis;
  }

  @Override
  public boolean needsMicrosoft() {
    return false;
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    Emission emission = new Emission(rewrite);
    String name = constant.name();
    DType dtype = constant.value().dtype();
    long[] shape = constant.value().shape();
    boolean reshaped = !Arrays.equals(spread, shape);
    String scale =
        repeated(
            ScaleForm.add(constant, codes, rewrite, 1f, scaleShape), constant, emission, rewrite);
    String value = numbers(constant, codes, emission, rewrite);
    boolean last = !reshaped && dtype == DType.FLOAT32;
    value = emission.add("Mul", last ? name : emission.fresh(name + "_dequantized"), value, scale);
    if (dtype != DType.FLOAT32)
      value = emission.cast(reshaped ? emission.fresh(name + "_cast") : name, value, dtype);
    if (reshaped) {
      Tensor target = Tensor.ofLongs(shape, shape.length);
      emission.add(
          "Reshape",
          name,
          value,
          Emission.constant(rewrite, constant.owner(), name + "_shape", target));
    }
    removeOriginal(constant, rewrite);
    emission.addTo(constant.owner());
  }

  /** The values, less their zero points, without scales. */
  private String numbers(Constant constant, Codes codes, Emission emission, Rewrite rewrite) {
    String name = constant.name();
    // ONNX Runtime casts integers of fewer bits since 1.23, so those come as packed bytes.
    boolean cast = codes.format().hasElementType();
    String value;
    if (cast) {
      String stored =
          Emission.constant(rewrite, constant.owner(), name + "_quantized", codes.codes(spread));
      value = emission.cast(emission.fresh(name + "_codes"), stored, DType.FLOAT32);
    } else {
      value = LookUp.add(constant, codes, spread, channelShape, rewrite, emission);
    }
    boolean centred = cast ? !codes.hasZeroPoints() : codes.format().symmetric();
    if (centred) return value;
    String zero = zeroPoint(constant, codes, emission, rewrite);
    return emission.add("Sub", emission.fresh(name + "_centred"), value, zero);
  }

  /**
   * The zero points as floats: one constant where all are equal, else decoded from the type of the
   * codes.
   */
  private String zeroPoint(Constant constant, Codes codes, Emission emission, Rewrite rewrite) {
    String wish = constant.name() + "_zero_point";
    boolean same = codes.format().symmetric();
    Tensor zero = same ? Tensor.scalar(codes.format().middle()) : codes.zeroPoints(scaleShape);
    String stored = Emission.constant(rewrite, constant.owner(), wish, zero);
    if (same) return stored;
    String zeros = emission.cast(emission.fresh(wish + "_cast"), stored, DType.FLOAT32);
    return repeated(zeros, constant, emission, rewrite);
  }

  private String repeated(String value, Constant constant, Emission emission, Rewrite rewrite) {
    String repeated = value;
    for (Repetition repetition : repetitions)
      repeated = repetition.add(repeated, constant, rewrite, emission);
    return repeated;
  }

  private static void removeOriginal(Constant constant, Rewrite rewrite) {
    Node node = constant.node();
    if (node == null)
      rewrite.graph(constant.owner(), editor -> editor.removeInitializer(constant.name()));
    else rewrite.node(node, (editor, current) -> editor.remove(current));
  }
}
