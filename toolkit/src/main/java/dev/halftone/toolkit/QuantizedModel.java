package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.recipe.Mode;
import dev.halftone.runtime.RunOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A quantized model that is not on disk yet. Immutable. */
public final class QuantizedModel {
  private final OpenModel source;
  private final ResolvedRecipe recipe;
  private final Quantized quantized;
  private final @Nullable DataSet calibration;

  QuantizedModel(
      OpenModel source, ResolvedRecipe recipe, Quantized quantized, @Nullable DataSet calibration) {
    this.source = source;
    this.recipe = recipe;
    this.quantized = quantized;
    this.calibration = calibration;
  }

  /** What it was made from. */
  public OpenModel source() {
    return source;
  }

  public ResolvedRecipe recipe() {
    return recipe;
  }

  /** What was done, node by node and tensor by tensor, and what was left and why. */
  public Plan plan() {
    return quantized.plan();
  }

  /** Every weight as it was and as it is stored. */
  public List<StoredWeight> weights() {
    return quantized.weights();
  }

  public Model model() {
    return quantized.model();
  }

  /** The samples that ranges were taken from; null when the mode does not calibrate. */
  public @Nullable DataSet calibration() {
    return calibration;
  }

  /** Writes the model; weights go into a file of their own when it would pass 2 GB. */
  public SavedModel save(Path out) {
    return save(out, ExternalData.WHEN_NEEDED);
  }

  /**
   * Writes the model beside its final name and moves it into place; nothing is left behind when
   * that fails.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   * @throws IllegalArgumentException if {@code out} is the file that the model was read from
   */
  public SavedModel save(Path out, ExternalData externalData) {
    StagedOutput.refuseSame(source.path(), out);
    OnnxWriter.write(model(), out, externalData);
    return new SavedModel(source, ModelFile.of(out));
  }

  /** Whether a weight that nodes of the original compute is stored now. */
  public boolean storesComputedWeights() {
    GraphIndex original = new GraphIndex(source.model().graph());
    return weights().stream()
        .map(weight -> original.producer(weight.name()))
        .anyMatch(producer -> producer != null && !producer.is("Constant"));
  }

  /**
   * Whether there is something to say about how ONNX Runtime runs this, which {@link
   * #executionWarnings} loads it for: in weights mode.
   */
  public boolean hasExecutionWarnings() {
    return recipe.recipe().mode() == Mode.WEIGHTS && !QuantizedParts.of(model()).isEmpty();
  }

  /**
   * What there is to say about how ONNX Runtime runs a file that this was saved to, read off the
   * graph that it executes.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses it, as {@link
   *     SavedModel#requireLoads}
   */
  public List<String> executionWarnings(SavedModel saved, RunOptions deployment) {
    return hasExecutionWarnings()
        ? Execution.warnings(this, saved.executed(deployment))
        : List.of();
  }

  /**
   * How ONNX Runtime runs each node that was quantized, read off the graph that it makes of a file
   * that this was saved to.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses it, as {@link
   *     SavedModel#requireLoads}
   */
  public List<RuntimeNode> runtimeNodes(SavedModel saved, RunOptions deployment) {
    return RuntimeNodes.of(plan(), model().graph(), saved.executed(deployment));
  }
}
