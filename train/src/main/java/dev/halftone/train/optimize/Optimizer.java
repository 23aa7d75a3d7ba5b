package dev.halftone.train.optimize;

import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Takes steps. Each parameter {@code p} with unit {@code u} is trained as {@code p / u}: its
 * gradient counts as {@code u * gradient}, and as none where its mask is 0: neither it nor what is
 * remembered of it moves there. Close it to free its memory of past gradients, and the parameters'
 * units, masks, floors and ceilings.
 */
public final class Optimizer implements AutoCloseable {
  private static final double FIRST = 0.9;
  private static final double SECOND = 0.999;
  private static final double EPSILON = 1e-8;

  private final Method method;
  private final double decay;
  private final double longest;
  private final List<Parameter> parameters;
  private final Map<String, Tensor> first = new LinkedHashMap<>();
  private final Map<String, Tensor> second = new LinkedHashMap<>();
  private final @Nullable Average average;
  private long steps;

  /**
   * @param decay what a rate of 1 takes of each parameter that decays
   * @param longest gradients longer than this, all parameters together, are shortened to it; 0 for
   *     never
   * @param averaged steps that the running mean of the parameters goes back; 0 for no mean
   */
  public Optimizer(
      Method method, double decay, double longest, double averaged, List<Parameter> parameters) {
    this.method = method;
    this.decay = decay;
    this.longest = longest;
    this.parameters = List.copyOf(parameters);
    for (Parameter parameter : parameters) {
      first.put(parameter.name(), memory(parameter));
      if (method != Method.SGD) second.put(parameter.name(), memory(parameter));
    }
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      average = averaged == 0 ? null : new Average(averaged, this.parameters);
    }
  }

  static Tensor memory(Parameter parameter) {
    try (PointerScope temporaries = new PointerScope()) {
      Tensor zeros = torch.zeros_like(parameter.tensor().detach());
      zeros.retainReference();
      return zeros;
    }
  }

  /**
   * Changes every parameter along its gradient, and forgets the gradient.
   *
   * @return false, and nothing has changed, where the gradients' length is no finite number: a step
   *     along them would make every parameter NaN
   */
  public boolean step(double rate) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      double length = length();
      if (!Double.isFinite(length)) return false;
      steps++;
      double shrink = longest > 0 && length > longest ? longest / length : 1;
      for (Parameter parameter : parameters) {
        if (!parameter.tensor().grad().defined()) continue;
        try (PointerScope own = new PointerScope()) {
          move(parameter, rate, shrink);
          parameter.tensor().mutable_grad().zero_();
        }
      }
      if (average != null) average.add(steps);
      return true;
    }
  }

  /** Whether all parameters are finite numbers. */
  public boolean isFinite() {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (Parameter parameter : parameters) {
        try (PointerScope own = new PointerScope()) {
          if (!torch.isfinite(parameter.tensor()).all().item_bool()) return false;
        }
      }
      return true;
    }
  }

  /**
   * Puts the running mean of each parameter in its place, and the parameter in the mean's; the
   * second time all is as it was. Without means nothing changes.
   */
  public void exchangeMeans() {
    if (average == null) return;
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      average.exchange();
    }
  }

  /**
   * Makes zero what masks say, from now on.
   *
   * @param masks by name of a parameter that has one
   */
  public void mask(Map<String, dev.halftone.tensor.Tensor> masks) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (Parameter parameter : parameters) {
        dev.halftone.tensor.Tensor mask = masks.get(parameter.name());
        if (mask == null) continue;
        TorchTensors.fill(parameter.mask(), mask);
        parameter.tensor().mul_(parameter.mask());
        if (average != null) average.mask(parameter);
      }
    }
  }

  /** Of all gradients together. */
  private double length() {
    double squares = 0;
    for (Parameter parameter : parameters) {
      try (PointerScope own = new PointerScope()) {
        if (!parameter.tensor().grad().defined()) continue;
        squares += torch.square(gradient(parameter, 1)).sum().item_double();
      }
    }
    return Math.sqrt(squares);
  }

  private static Tensor gradient(Parameter parameter, double shrink) {
    Tensor gradient = parameter.tensor().grad().mul(parameter.unit());
    if (parameter.mask().defined()) gradient = gradient.mul(parameter.mask());
    double factor = parameter.gradientScale() * shrink;
    return factor == 1 ? gradient : gradient.mul(new Scalar(factor));
  }

  private void move(Parameter parameter, double rate, double shrink) {
    Tensor value = parameter.tensor();
    Tensor gradient = gradient(parameter, shrink);
    boolean decays = parameter.decays() && decay > 0;
    if (decays && method != Method.ADAMW)
      gradient = gradient.add(value.mul(new Scalar(decay)).div(parameter.unit()));
    if (decays && method == Method.ADAMW) value.mul_(new Scalar(1 - rate * decay));
    Tensor direction =
        method == Method.SGD ? momentum(parameter, gradient) : adam(parameter, gradient);
    if (parameter.mask().defined()) direction = direction.mul(parameter.mask());
    value.sub_(direction.mul(parameter.unit()).mul(new Scalar(rate)));
    if (parameter.floor().defined()) value.copy_(torch.maximum(value, parameter.floor()));
    if (parameter.ceiling().defined()) value.copy_(torch.minimum(value, parameter.ceiling()));
  }

  private Tensor momentum(Parameter parameter, Tensor gradient) {
    Tensor memory = Objects.requireNonNull(first.get(parameter.name()));
    memory.mul_(new Scalar(FIRST));
    memory.add_(gradient);
    return memory;
  }

  private Tensor adam(Parameter parameter, Tensor gradient) {
    Tensor mean = Objects.requireNonNull(first.get(parameter.name()));
    Tensor square = Objects.requireNonNull(second.get(parameter.name()));
    mean.mul_(new Scalar(FIRST));
    mean.add_(gradient.mul(new Scalar(1 - FIRST)));
    square.mul_(new Scalar(SECOND));
    square.add_(torch.square(gradient).mul(new Scalar(1 - SECOND)));
    double meanShare = 1 - StrictMath.pow(FIRST, steps);
    double squareShare = 1 - StrictMath.pow(SECOND, steps);
    Tensor spread = torch.sqrt(square.div(new Scalar(squareShare))).add(new Scalar(EPSILON));
    return mean.div(new Scalar(meanShare)).div(spread);
  }

  /** What it remembers, to be given back to {@link #restore}. */
  public SequencedMap<String, dev.halftone.tensor.Tensor> memory() {
    SequencedMap<String, dev.halftone.tensor.Tensor> memory = new LinkedHashMap<>();
    first.forEach((name, tensor) -> memory.put("first." + name, TorchTensors.copy(tensor)));
    second.forEach((name, tensor) -> memory.put("second." + name, TorchTensors.copy(tensor)));
    if (average != null) average.addTo(memory);
    return memory;
  }

  /**
   * Goes on where another stopped.
   *
   * @param memory names and shapes as {@link #memory} has them
   */
  public void restore(Map<String, dev.halftone.tensor.Tensor> memory, long stepsDone) {
    first.forEach((name, tensor) -> fill(tensor, memory, "first." + name));
    second.forEach((name, tensor) -> fill(tensor, memory, "second." + name));
    if (average != null) average.restore(memory);
    steps = stepsDone;
  }

  private static void fill(
      Tensor tensor, Map<String, dev.halftone.tensor.Tensor> memory, String name) {
    TorchTensors.fill(tensor, Objects.requireNonNull(memory.get(name), name));
  }

  @Override
  public void close() {
    first.values().forEach(Tensor::deallocate);
    second.values().forEach(Tensor::deallocate);
    if (average != null) average.free();
    for (Parameter parameter : parameters) {
      parameter.unit().deallocate();
      parameter.mask().deallocate();
      parameter.floor().deallocate();
      parameter.ceiling().deallocate();
    }
  }
}
