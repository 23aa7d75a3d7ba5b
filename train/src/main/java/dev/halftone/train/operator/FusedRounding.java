package dev.halftone.train.operator;

import dev.halftone.train.torch.TorchTensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * {@link FakeQuantization} in one pass forward and one back. libtorch has no operator of ours in
 * its graph, but asks a hook what becomes of the gradient of a copy: the copy is filled with what
 * was rounded, and the hook makes the gradients of what went in.
 */
final class FusedRounding extends TensorTensorHook {
  /** Elements of a scale from which a run is worth its loop. */
  private static final long LEAST_RUN = 16;

  private final Rounder rounder;
  private final Tensor x;
  private final @Nullable Tensor scale;
  private final Backward backward;

  private FusedRounding(Rounder rounder, Tensor x, @Nullable Tensor scale, Backward backward) {
    this.rounder = rounder;
    this.x = x;
    this.scale = scale;
    this.backward = backward;
  }

  /** What it computes, or null where libtorch's operators have to. */
  static @Nullable Tensor of(Call call) {
    Tensor x = call.input(0);
    Tensor scale = call.input(1);
    if (x.scalar_type().intern() != torch.ScalarType.Float || x.numel() == 0) return null;
    Tensor learned = learned(scale);
    if (learned != null && !scale.is_leaf()) return null;
    RoundedRuns runs = runs(call, x, scale);
    return runs == null ? null : rounded(runs, x, learned, call.backward());
  }

  /** The scale itself, or null where it gets no gradient. */
  static @Nullable Tensor learned(Tensor scale) {
    return GradMode.is_enabled() && scale.requires_grad() ? scale : null;
  }

  private static @Nullable RoundedRuns runs(Call call, Tensor x, Tensor scale) {
    long inner = x.numel();
    if (scale.dim() > 0) {
      if (scale.dim() > 1 || scale.dim() == x.dim()) return null;
      for (int i = 0; i <= call.axis("axis", 0, x); i++) inner /= x.size(i);
      if (inner < LEAST_RUN) return null;
    }
    float[] scales = TorchTensors.copy(scale).toFloats();
    float[] zeroPoints = TorchTensors.copy(call.input(2)).toFloats();
    float[] lows = bounds(call.integer("low", 0), zeroPoints, scales.length);
    float[] highs = bounds(call.integer("high", 0), zeroPoints, scales.length);
    for (int i = 0; i < scales.length; i++)
      if (!(lows[i] >= -RoundedRuns.REACH && highs[i] <= RoundedRuns.REACH)) return null;
    return new RoundedRuns(x.numel(), inner, scales, lows, highs);
  }

  private static float[] bounds(long code, float[] zeroPoints, int count) {
    float[] bounds = new float[count];
    for (int i = 0; i < count; i++) bounds[i] = code - zeroPoints[zeroPoints.length == 1 ? 0 : i];
    return bounds;
  }

  /**
   * What a rounder makes of a tensor, with gradients.
   *
   * @param scale the leaf that it has its scales from, or null where they are not learned
   */
  static Tensor rounded(Rounder rounder, Tensor x, @Nullable Tensor scale, Backward backward) {
    Tensor whole = x.contiguous();
    Tensor y = whole.clone();
    rounder.round(TorchTensors.segment(whole), TorchTensors.segment(y));
    if (scale != null && !y.requires_grad()) y.set_requires_grad(true);
    if (y.requires_grad()) {
      FusedRounding hook =
          new FusedRounding(rounder, backward.keep(whole.detach()), scale, backward);
      y.register_hook(backward.keep(hook));
    }
    return y;
  }

  /** The gradient of what went in, from that of what came out; libtorch calls it. */
  @Override
  public TensorBase call(TensorBase gradient) {
    try (PointerScope temporaries = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor dy = new Tensor(gradient).contiguous();
      Tensor dx = torch.empty_like(dy);
      double[] sums =
          rounder.gradients(
              TorchTensors.segment(x), TorchTensors.segment(dy), TorchTensors.segment(dx));
      if (scale != null) add(sums, scale);
      return backward.handOver(dx);
    }
  }

  private static void add(double[] sums, Tensor scale) {
    float[] gradients = new float[sums.length];
    for (int i = 0; i < sums.length; i++) gradients[i] = (float) sums[i];
    Tensor own = TorchTensors.of(dev.halftone.tensor.Tensor.ofFloats(gradients, scale.shape()));
    if (scale.grad().defined()) scale.mutable_grad().add_(own);
    else scale.mutable_grad().put(own);
  }
}
