package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.SampleSource;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a model is from its reference, value by value: which node is to blame. Both run as they
 * are written, without ONNX Runtime's optimizations, so that every value can be seen.
 *
 * @param layers in the order of the reference's nodes
 * @param samples that both were run on
 * @param warnings in plain words
 */
public record Comparison(List<Layer> layers, int samples, List<String> warnings) {
  /** A layer whose own noise has less than this share of its signal's energy (13 dB) is right. */
  public static final double WRONG_NOISE = 0.05;

  /** A layer that makes less than this share of the most that any makes goes wrong with others. */
  private static final double SHARE_OF_WORST = 0.25;

  public Comparison {
    layers = List.copyOf(layers);
    warnings = List.copyOf(warnings);
  }

  /**
   * Compares all float values of the top graph that both models have. Values are watched in groups,
   * whose size bounds the memory.
   *
   * @param folded the reference with constants computed and normalizations folded, whose weights
   *     the model's were made of
   * @param rows at most so many samples, from the first on
   * @param threads samples run at the same time; the numbers do not depend on it
   * @throws UnsupportedModelException if the models have no value in common, or ONNX Runtime
   *     refuses one
   */
  public static Comparison compare(
      Path reference,
      Graph folded,
      Path model,
      DataSet data,
      int rows,
      int threads,
      Progress progress) {
    Model first = OnnxReader.read(reference);
    Model second = OnnxReader.read(model);
    Counterparts counterparts =
        Counterparts.of(first.graph(), second, PaddedValues.of(first.graph(), folded, second));
    if (counterparts.names().isEmpty()) {
      throw new UnsupportedModelException(
          model, "has no float value that stands for one of " + reference);
    }
    int samples = Math.min(rows, data.size());
    SampleSource source =
        new SampleSource(samples, data.samples()::get, data.state(), data.starts());
    Pass pass = Pass.of(first, counterparts, source, threads, progress);
    Map<String, ValueErrors> errors = pass.run();
    Layers layers =
        new Layers(
            new Chains(first.graph(), errors.keySet()), counterparts, errors, pass.activations());
    return new Comparison(layers.of(first.graph(), folded), samples, pass.warnings());
  }

  /**
   * The first layer, in the order of the network, where the model goes wrong by itself: its own
   * noise is at least {@link #WRONG_NOISE} of its signal, and at least a quarter of the most that
   * any layer makes. Empty when none is.
   */
  public Optional<Layer> firstWrong() {
    double most = layers.stream().mapToDouble(Comparison::own).max().orElse(0);
    return layers.stream()
        .filter(layer -> own(layer) >= Math.max(WRONG_NOISE, SHARE_OF_WORST * most))
        .findFirst();
  }

  /** The layers by what they make themselves, most first; as many as asked for. */
  public List<Layer> worst(int most) {
    return layers.stream()
        .sorted(Comparator.comparingDouble(Comparison::own).reversed())
        .limit(most)
        .toList();
  }

  private static double own(Layer layer) {
    return Double.isNaN(layer.ownNoise()) ? 0 : layer.ownNoise();
  }
}
