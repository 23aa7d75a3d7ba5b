package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.Pruned;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pruned model that is not on disk yet. Immutable. */
public final class PrunedModel {
  private final OpenModel source;
  private final PruneRequest request;
  private final Pruned pruned;
  private final @Nullable DataSet calibration;

  PrunedModel(
      OpenModel source, PruneRequest request, Pruned pruned, @Nullable DataSet calibration) {
    this.source = source;
    this.request = request;
    this.pruned = pruned;
    this.calibration = calibration;
  }

  /** What it was made from. */
  public OpenModel source() {
    return source;
  }

  public PruneRequest request() {
    return request;
  }

  /** What was done, layer by layer, and what was left and why. */
  public PrunePlan plan() {
    return pruned.plan();
  }

  public Model model() {
    return pruned.model();
  }

  /** The samples that inputs of weights were seen on; null where the weights alone decided. */
  public @Nullable DataSet calibration() {
    return calibration;
  }

  /** Patterns of names that match no node, in sentences. */
  public List<String> warnings() {
    return UnmatchedPatterns.of(
        request.nodes().include(),
        request.nodes().exclude(),
        source.model(),
        pruned.plan().layers().stream().map(PrunePlan.Layer::name).toList());
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
}
