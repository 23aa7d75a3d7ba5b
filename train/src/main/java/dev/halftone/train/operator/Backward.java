package dev.halftone.train.operator;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What a run of a graph leaves for the way back, which operators of our own take part in. */
public final class Backward {
  private final PointerScope scope;
  private @Nullable Tensor earlier;

  /**
   * @param scope that is open until gradients are there
   */
  public Backward(PointerScope scope) {
    this.scope = scope;
  }

  /** Keeps an object until gradients are there. */
  <P extends Pointer> P keep(P object) {
    scope.attach(object);
    return object;
  }

  /**
   * Hands a gradient to libtorch, which has taken its own reference when it asks for the next: so
   * that not all of them are kept.
   */
  Tensor handOver(Tensor gradient) {
    if (earlier != null) earlier.deallocate();
    earlier = keep(gradient);
    return gradient;
  }
}
