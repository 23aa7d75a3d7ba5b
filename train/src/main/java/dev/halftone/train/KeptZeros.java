package dev.halftone.train;

import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The elements of weights that are zero before training and stay so: what pruning left, since
 * training in float ends at no zero. Vectors (biases, normalizations) are no weights here.
 *
 * @param masks by name of the weight, of its shape: 0 where it stays zero, 1 elsewhere; weights
 *     without such an element have none
 * @param zeros elements that stay zero
 */
record KeptZeros(Map<String, Tensor> masks, long zeros) {
  /** A model of which one weight has so large a share of zeros is taken for pruned. */
  static final double PRUNED_SHARE = 0.1;

  KeptZeros {
    masks = Collections.unmodifiableMap(new LinkedHashMap<>(masks));
  }

  static KeptZeros of(FakeQuantized model, Zeros wanted) {
    Map<String, Tensor> masks = new LinkedHashMap<>();
    long zeros = 0;
    boolean pruned = wanted == Zeros.KEPT;
    for (String name : model.weights()) {
      Tensor weight = Objects.requireNonNull(model.model().graph().initializers().get(name), name);
      if (weight.rank() < 2) continue;
      float[] mask = mask(weight);
      long own = 0;
      for (float kept : mask) if (kept == 0) own++;
      zeros += own;
      pruned |= own > 0 && own >= PRUNED_SHARE * mask.length;
      if (own > 0) masks.put(name, Tensor.ofFloats(mask, weight.shape()));
    }
    boolean keeps = wanted != Zeros.TRAINED && pruned;
    return keeps ? new KeptZeros(masks, zeros) : new KeptZeros(Map.of(), 0);
  }

  private static float[] mask(Tensor weight) {
    float[] mask = weight.toFloats();
    for (int i = 0; i < mask.length; i++) mask[i] = mask[i] == 0 ? 0 : 1;
    return mask;
  }

  /** Masks with what stays zero added to them. */
  Map<String, Tensor> and(Map<String, Tensor> others) {
    Map<String, Tensor> both = new LinkedHashMap<>();
    others.forEach(
        (name, mask) -> {
          Tensor own = masks.get(name);
          float[] values = mask.toFloats();
          if (own != null)
            for (int i = 0; i < values.length; i++) values[i] = Math.min(values[i], own.floatAt(i));
          both.put(name, Tensor.ofFloats(values, mask.shape()));
        });
    return both;
  }

  /** Share of zeros among the elements of weights. */
  static double share(FakeQuantized model, Map<String, Tensor> parameters) {
    long zeros = 0;
    long elements = 0;
    for (String name : model.originals().keySet()) {
      float[] values = Objects.requireNonNull(parameters.get(name), name).toFloats();
      elements += values.length;
      for (float value : values) if (value == 0) zeros++;
    }
    return elements == 0 ? 0 : (double) zeros / elements;
  }
}
