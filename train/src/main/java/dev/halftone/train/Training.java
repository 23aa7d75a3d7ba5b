package dev.halftone.train;

import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a training.
 *
 * @param parameters of the best epoch, by name of the initializer
 * @param best its number; 0 when training made nothing better
 * @param curve every epoch, from number 0 on
 * @param resumed epochs that an earlier run had done
 * @param sparsity share of the weights that are zero, where zeros were kept or made; else 0
 * @param kept elements of weights that were zero before training and stayed so
 * @param unlike inner values that were to count, but have another shape in the teacher
 */
public record Training(
    Map<String, Tensor> parameters,
    int best,
    List<Epoch> curve,
    int resumed,
    double sparsity,
    long kept,
    int unlike) {
  public Training {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    curve = List.copyOf(curve);
  }
}
