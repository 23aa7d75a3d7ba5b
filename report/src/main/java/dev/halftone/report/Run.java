package dev.halftone.report;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run's JSON says, as far as the page shows it.
 *
 * @param model the model that was read
 * @param reference what it was compared with
 * @param output the model that was written
 * @param nodes what became of each node
 * @param runtime how ONNX Runtime runs those that were quantized, by name
 * @param pruned what became of each layer of a pruning
 * @param errors how far each value of the network is from the reference, in the order of the
 *     network
 * @param firstWrong the value of the first layer that goes wrong by itself; empty when none does
 * @param samples on which the models differ most
 * @param tensors how each tensor is stored
 * @param gates what was asked of the model
 * @param curve of a training, the epoch before the first step first
 * @param recipe names to values as text
 * @param provenance likewise
 */
record Run(
    String command,
    String version,
    @Nullable ModelFile model,
    @Nullable ModelFile reference,
    @Nullable ModelFile output,
    Map<String, Double> metrics,
    List<PlannedNode> nodes,
    Map<String, RuntimeNode> runtime,
    List<PrunedLayer> pruned,
    List<LayerError> errors,
    String firstWrong,
    Samples samples,
    List<StoredTensor> tensors,
    List<Tried> sweep,
    List<Epoch> curve,
    List<Gate> gates,
    List<String> warnings,
    SortedMap<String, String> recipe,
    SortedMap<String, String> provenance) {

  /** A model on disk. */
  record ModelFile(String path) {
    String name() {
      return path.substring(path.replace('\\', '/').lastIndexOf('/') + 1);
    }
  }

  /** A node, and why it stayed float where it did. */
  record PlannedNode(String name, String operator, boolean quantized, String reason) {}

  /**
   * What was taken from a layer.
   *
   * @param unit weights or channels
   * @param reason why nothing was, empty where something was
   */
  record PrunedLayer(
      String name, String operator, String unit, double total, double removed, String reason) {}

  /**
   * What ONNX Runtime makes of a node.
   *
   * @param operator that executes it, empty where it was merged into another
   * @param reason why not on integers
   */
  record RuntimeNode(String operator, boolean integer, String reason) {}

  /**
   * A value of the network beside the reference's.
   *
   * @param operators of all nodes of the layer, in words
   * @param ownNoise noise over signal that the layer makes itself, given the reference's inputs;
   *     NaN where that is not known
   * @param inheritedNoise what it makes of the errors of its inputs; NaN likewise
   */
  record LayerError(
      String node,
      String operators,
      String value,
      double sqnrDb,
      double cosine,
      double maxAbsDifference,
      double ownNoise,
      double inheritedNoise,
      double notFinite,
      @Nullable Histogram activations,
      @Nullable Histogram weights,
      List<Reason> reasons) {

    /** In per cent, 0 where it is not known. */
    double ownPercent() {
      return Double.isNaN(ownNoise) ? 0 : 100 * ownNoise;
    }

    /** What a person would call it. */
    String label() {
      return node.isEmpty() ? value : node;
    }
  }

  /**
   * Why a layer does damage.
   *
   * @param text with what to do
   */
  record Reason(String kind, String of, double observed, String text) {}

  /**
   * Elements by size.
   *
   * @param low the least level, NaN where levels are not known; likewise the others
   */
  record Histogram(
      double from,
      double to,
      List<Double> before,
      List<Double> after,
      double low,
      double high,
      double step,
      double scales) {}

  /**
   * The samples on which two models differ most.
   *
   * @param changed the first of those that another class is chosen for
   * @param changedCount how many there are; NaN where that was not counted
   */
  record Samples(List<Sample> worst, List<Sample> changed, double changedCount) {}

  /**
   * A sample with both answers.
   *
   * @param reference in words, empty where there is no answer; likewise the others
   */
  record Sample(
      int row, double sqnrDb, String reference, String quantized, String label, Preview preview) {}

  /**
   * A sample for people.
   *
   * @param png in Base64, empty where it is no picture
   * @param text empty where it is none
   * @param wave likewise
   */
  record Preview(String png, int width, int height, String text, List<Double> wave) {}

  /**
   * A tensor with its type.
   *
   * @param bits that an element takes where they were counted, else NaN
   * @param sqnrDb NaN where it was not measured
   */
  record StoredTensor(
      String name, String role, String type, String granularity, double bits, double sqnrDb) {}

  /**
   * A format of a sweep.
   *
   * @param reason why it cannot be done, empty when it can
   */
  record Tried(String format, Map<String, Double> metrics, List<String> execution, String reason) {}

  /**
   * What was asked of the model.
   *
   * @param reason what was found and what was asked for
   */
  record Gate(String name, boolean passed, String reason) {
    /** Whether a warning is about this gate, which says it already. */
    boolean says(String warning) {
      return !passed && warning.startsWith("gate --%s missed: %s".formatted(name, reason));
    }
  }

  /** What was measured after an epoch of training; NaN where it was not. */
  record Epoch(
      int number, double trainLoss, double heldOutLoss, double agreement, double accuracy) {}

  /** The metric, or null when it was not measured. */
  @Nullable Double metric(String name) {
    return metrics.get(name);
  }
}
