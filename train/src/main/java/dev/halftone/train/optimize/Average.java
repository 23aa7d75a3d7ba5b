package dev.halftone.train.optimize;

import dev.halftone.train.torch.TorchTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The exponential running mean of parameters: after step {@code t}, with values {@code p(1) … p(t)}
 * and the decay {@code d = 1 - 1 / steps},
 *
 * <pre>
 * (1 - d) / (1 - d^t) * sum over i of d^(t - i) * p(i)
 * </pre>
 *
 * which is the last value where {@code steps} is 1 or less. (Polyak and Juditsky 1992; with the
 * decay as by Tarvainen and Valpola, arXiv 1703.01780, and the bias of the start taken out as by
 * Kingma and Ba, arXiv 1412.6980, section 3.)
 */
final class Average {
  private static final String PREFIX = "average.";

  private final double decay;
  private final List<Parameter> parameters;
  private final Map<String, Tensor> means = new LinkedHashMap<>();

  /** Before any step the mean is what the parameters are. */
  Average(double steps, List<Parameter> parameters) {
    this.decay = 1 - 1 / Math.max(1, steps);
    this.parameters = parameters;
    for (Parameter parameter : parameters) {
      Tensor mean = Optimizer.memory(parameter);
      mean.copy_(parameter.tensor());
      means.put(parameter.name(), mean);
    }
  }

  /** Takes the values after step {@code step}, counted from 1. */
  void add(long step) {
    double share = (1 - decay) / (1 - StrictMath.pow(decay, step));
    for (Parameter parameter : parameters)
      mean(parameter.name()).lerp_(parameter.tensor(), new Scalar(share));
  }

  /** Puts the mean in the place of the values, and them in its. */
  void exchange() {
    for (Parameter parameter : parameters) {
      Tensor mean = mean(parameter.name());
      Tensor value = parameter.tensor().clone();
      parameter.tensor().copy_(mean);
      mean.copy_(value);
    }
  }

  void mask(Parameter parameter) {
    mean(parameter.name()).mul_(parameter.mask());
  }

  void addTo(Map<String, dev.halftone.tensor.Tensor> memory) {
    means.forEach((name, mean) -> memory.put(PREFIX + name, TorchTensors.copy(mean)));
  }

  void restore(Map<String, dev.halftone.tensor.Tensor> memory) {
    means.forEach((name, mean) -> TorchTensors.fill(mean, part(memory, PREFIX + name)));
  }

  private static dev.halftone.tensor.Tensor part(
      Map<String, dev.halftone.tensor.Tensor> memory, String name) {
    return Objects.requireNonNull(memory.get(name), name);
  }

  private Tensor mean(String name) {
    return Objects.requireNonNull(means.get(name), name);
  }

  void free() {
    means.values().forEach(Tensor::deallocate);
  }
}
