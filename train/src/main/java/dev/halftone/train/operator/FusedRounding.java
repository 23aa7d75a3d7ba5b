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
  private final Learned learned;
  private final Backward backward;

  private FusedRounding(Rounder rounder, Tensor x, Learned learned, Backward backward) {
    this.rounder = rounder;
    this.x = x;
    this.learned = learned;
    this.backward = backward;
  }

  /** The leaves that gradients are added to, null where one stays as it is. */
  private record Learned(@Nullable Tensor scale, @Nullable Tensor zeroPoint) {
    boolean isAny() {
      return scale != null || zeroPoint != null;
    }
  }

  /** What it computes, or null where libtorch's operators have to. */
  static @Nullable Tensor of(Call call) {
    Tensor x = call.input(0);
    Tensor scale = call.input(1);
    if (x.scalar_type().intern() != torch.ScalarType.Float || x.numel() == 0) return null;
    Tensor zeroPoint = call.input(2);
    Learned learned = new Learned(learned(scale), learned(zeroPoint));
    if (!isLeaf(learned.scale()) || !isLeaf(learned.zeroPoint())) return null;
    if (learned.zeroPoint() != null && zeroPoint.numel() != scale.numel()) return null;
    RoundedRuns runs = runs(call, x, scale);
    return runs == null ? null : rounded(runs, x, learned, call.backward());
  }

  /** The tensor itself, or null where it gets no gradient. */
  private static @Nullable Tensor learned(Tensor tensor) {
    return GradMode.is_enabled() && tensor.requires_grad() ? tensor : null;
  }

  private static boolean isLeaf(@Nullable Tensor learned) {
    return learned == null || learned.is_leaf();
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
    long low = call.integer("low", 0);
    long high = call.integer("high", 0);
    for (int i = 0; i < zeroPoints.length; i++)
      zeroPoints[i] = Math.clamp((float) Math.rint(zeroPoints[i]), (float) low, (float) high);
    float[] lows = bounds(low, zeroPoints, scales.length);
    float[] highs = bounds(high, zeroPoints, scales.length);
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
   * @param scale the leaf that it has its scales from
   */
  static Tensor rounded(Rounder rounder, Tensor x, Tensor scale, Backward backward) {
    return rounded(rounder, x, new Learned(learned(scale), null), backward);
  }

  private static Tensor rounded(Rounder rounder, Tensor x, Learned learned, Backward backward) {
    Tensor whole = x.contiguous();
    Tensor y = whole.clone();
    rounder.round(TorchTensors.segment(whole), TorchTensors.segment(y));
    if (learned.isAny() && !y.requires_grad()) y.set_requires_grad(true);
    if (y.requires_grad()) {
      FusedRounding hook =
          new FusedRounding(rounder, backward.keep(whole.detach()), learned, backward);
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
      Rounder.Sums sums =
          rounder.gradients(
              TorchTensors.segment(x),
              TorchTensors.segment(dy),
              TorchTensors.segment(dx),
              learned.zeroPoint() != null);
      if (learned.scale() != null) add(sums.scales(), learned.scale());
      if (learned.zeroPoint() != null) add(sums.zeroPoints(), learned.zeroPoint());
      return backward.handOver(dx);
    }
  }

  private static void add(double[] sums, Tensor leaf) {
    float[] gradients = new float[sums.length];
    for (int i = 0; i < sums.length; i++) gradients[i] = (float) sums[i];
    Tensor own = TorchTensors.of(dev.halftone.tensor.Tensor.ofFloats(gradients, leaf.shape()));
    if (leaf.grad().defined()) leaf.mutable_grad().add_(own);
    else leaf.mutable_grad().put(own);
  }
}
