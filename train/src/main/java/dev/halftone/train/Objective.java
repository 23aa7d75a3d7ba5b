package dev.halftone.train;

import dev.halftone.data.Task;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.train.operator.FakeQuantization;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What training makes smaller. Where outputs of either model are probabilities of classes or their
 * logarithms, with student's logits {@code s}, original's {@code t} and temperature {@code T}:
 *
 * <pre>
 * T^2 * sum softmax(t / T) * (log softmax(t / T) - log softmax(s / T)),  mean over samples
 * </pre>
 *
 * (Hinton et al., arXiv 1503.02531; classes of share 0 add nothing, also where {@code s} or {@code
 * t} is -infinity). A model that ends without the Softmax of the other gives logits itself. Other
 * outputs count with their mean squared error, relative to the mean square of the original's. Where
 * labels have a share {@code l} in the loss, it is {@code 1 - l} times the mean over outputs, plus
 * {@code l} times the cross-entropy of labels and the logits of the first output with classes.
 *
 * <p>Outputs that are no floats have no part in it.
 *
 * <p>While training, inner values have a share: the mean, over those that are rounded, of their
 * squared error after rounding, relative to the mean square of the original's. What is best is
 * judged by outputs alone.
 *
 * @param outputs what is compared
 * @param features inner values that both models have, in the same shape
 * @param unlike inner values that both models have, but in different shapes
 */
record Objective(
    List<Output> outputs,
    List<Feature> features,
    double temperature,
    double labelShare,
    double featureShare,
    int unlike) {

  /**
   * An inner value of both models.
   *
   * @param student name of it in the trained graph, rounded
   * @param original name of it in the original
   */
  record Feature(String student, String original) {}

  /**
   * One output of both models.
   *
   * @param name of the output
   * @param student name of the value in the trained graph: logits where either model has a Softmax
   *     or LogSoftmax
   * @param original name of it in the original
   * @param hasClasses whether they are logits or probabilities
   * @param axis of the classes; negative ones count from the end
   * @param flat whether all axes from there on are classes
   */
  record Output(
      String name, String student, String original, boolean hasClasses, long axis, boolean flat) {
    /** {@code [rows, classes]}. */
    Tensor rows(Tensor logits) {
      long at = axis < 0 ? axis + logits.dim() : axis;
      if (!flat) {
        Tensor last = logits.transpose(at, -1);
        return last.reshape(-1, last.size(last.dim() - 1));
      }
      long rows = 1;
      for (int i = 0; i < at; i++) rows *= logits.size(i);
      return logits.reshape(rows, -1);
    }
  }

  /**
   * What to compare, by what both models give for a sample.
   *
   * @throws UnsupportedModelException if no output is of floats, one differs in shape, or one is
   *     probabilities of classes and the other another kind of probabilities
   */
  static Objective of(
      Model trained,
      SampleTypes ours,
      Model original,
      SampleTypes theirs,
      Task task,
      TrainOptions options) {
    List<Output> outputs = new ArrayList<>();
    for (String output : floats(original.graph(), theirs))
      outputs.add(output(output, trained, original, outputs.isEmpty() && isClassified(task)));
    List<Feature> features =
        options.featureShare() > 0 ? features(trained.graph(), original.graph()) : List.of();
    Objective all =
        new Objective(
            outputs,
            features,
            options.temperature(),
            options.labelShare(),
            options.featureShare(),
            0);
    return all.alike(ours.of(all.student()), theirs.of(all.original()));
  }

  private static boolean isClassified(Task task) {
    return task instanceof Task.Classify;
  }

  /** Outputs that have gradients. */
  private static List<String> floats(Graph graph, SampleTypes types) {
    List<String> all = graph.outputs().stream().map(ValueInfo::name).toList();
    Map<String, TensorType> found = types.of(all);
    List<String> floats = all.stream().filter(name -> type(found, name).dtype().isFloat()).toList();
    if (floats.isEmpty())
      throw new UnsupportedModelException(
          "training", "no output is of floats, which alone can be trained: " + found);
    return floats;
  }

  private static Output output(String name, Model trained, Model original, boolean classified) {
    Ending ours = Ending.of(trained.graph(), name);
    Ending theirs = Ending.of(original.graph(), name);
    if (ours.sharesLogits(theirs))
      return theirs.hasLogits()
          ? classes(ours, theirs, theirs, original.opset())
          : classes(ours, theirs, ours, trained.opset());
    if (!ours.sharesValues(theirs))
      throw new UnsupportedModelException(
          "teacher",
          "its output %s is %s, that of the model %s: they cannot be compared"
              .formatted(name, theirs.text(), ours.text()));
    return classified
        ? new Output(name, name, name, true, 1, true)
        : new Output(name, name, name, false, 0, false);
  }

  /** Without inner values that differ in shape. */
  private Objective alike(Map<String, TensorType> ours, Map<String, TensorType> theirs) {
    for (Output output : outputs) {
      TensorType own = type(ours, output.student());
      TensorType other = type(theirs, output.original());
      if (!isSame(own, other))
        throw new UnsupportedModelException(
            "teacher",
            "its output %s is %s, that of the model %s".formatted(output.name(), other, own));
    }
    List<Feature> same =
        features.stream()
            .filter(it -> isSame(type(ours, it.student()), type(theirs, it.original())))
            .toList();
    return new Objective(
        outputs,
        same,
        temperature,
        labelShare,
        same.isEmpty() ? 0 : featureShare,
        features.size() - same.size());
  }

  private static boolean isSame(TensorType ours, TensorType theirs) {
    return ours.dtype().isFloat() == theirs.dtype().isFloat()
        && Objects.equals(ours.shape(), theirs.shape());
  }

  private static TensorType type(Map<String, TensorType> types, String name) {
    return Objects.requireNonNull(types.get(name), name);
  }

  /** What the trained graph rounds and the original computes, under the name that both have. */
  private static List<Feature> features(Graph trained, Graph original) {
    GraphIndex index = new GraphIndex(original);
    List<Feature> features = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Node node : trained.nodes()) {
      String value = node.input(0);
      if (!FakeQuantization.is(node) || index.producer(value) == null || !seen.add(value)) continue;
      features.add(new Feature(node.output(0), value));
    }
    return features;
  }

  /** Logits of both, along the axis of the one that says which. */
  private static Output classes(Ending ours, Ending theirs, Ending telling, long opset) {
    boolean flat = opset < 13;
    long axis = Objects.requireNonNull(telling.node()).integer("axis", flat ? 1 : -1);
    return new Output(ours.output(), ours.logits(), theirs.logits(), true, axis, flat);
  }

  /** Values of the trained graph that the loss takes. */
  List<String> student() {
    return Stream.concat(
            outputs.stream().map(Output::student), features.stream().map(Feature::student))
        .distinct()
        .toList();
  }

  /** Values of the original that it takes. */
  List<String> original() {
    return Stream.concat(
            outputs.stream().map(Output::original), features.stream().map(Feature::original))
        .distinct()
        .toList();
  }

  /** The first output with classes, or null. */
  @Nullable Output classes() {
    return outputs.stream().filter(Output::hasClasses).findFirst().orElse(null);
  }

  /** The loss of a batch to train on: that of outputs, and the features' share. */
  Tensor trainingLoss(
      Map<String, Tensor> student, Map<String, Tensor> original, @Nullable Tensor labels) {
    Tensor loss = loss(student, original, labels);
    if (features.isEmpty()) return loss;
    Tensor sum = null;
    for (Feature feature : features) {
      Tensor s = Objects.requireNonNull(student.get(feature.student()));
      Tensor t = Objects.requireNonNull(original.get(feature.original()));
      Tensor own = error(s, t);
      sum = sum == null ? own : sum.add(own);
    }
    Scalar share = new Scalar(featureShare / features.size());
    return loss.mul(new Scalar(1 - featureShare)).add(Objects.requireNonNull(sum).mul(share));
  }

  /**
   * The loss of a batch's outputs.
   *
   * @param labels of the first output with classes, or null when they do not count
   */
  Tensor loss(Map<String, Tensor> student, Map<String, Tensor> original, @Nullable Tensor labels) {
    Tensor sum = null;
    for (Output output : outputs) {
      Tensor s = Objects.requireNonNull(student.get(output.student()));
      Tensor t = Objects.requireNonNull(original.get(output.original()));
      Tensor own = output.hasClasses() ? imitation(output.rows(s), output.rows(t)) : error(s, t);
      sum = sum == null ? own : sum.add(own);
    }
    if (sum == null) throw new IllegalStateException("a model without outputs");
    Tensor mean = sum.div(new Scalar((double) outputs.size()));
    Output answer = classes();
    if (labels == null || answer == null) return mean;
    Tensor logits = answer.rows(Objects.requireNonNull(student.get(answer.student())));
    Tensor labelled = torch.cross_entropy_loss(logits, labels);
    return labelled.mul(new Scalar(labelShare)).add(mean.mul(new Scalar(1 - labelShare)));
  }

  private Tensor imitation(Tensor student, Tensor original) {
    Scalar cool = new Scalar(1 / temperature);
    Tensor wanted = torch.log_softmax(original.mul(cool), 1);
    Tensor found = torch.log_softmax(student.mul(cool), 1);
    Tensor shares = torch.exp(wanted);
    // A class that the original rules out has logits of -infinity, and counts nothing.
    Tensor apart = wanted.sub(found).masked_fill(shares.eq(new Scalar(0.0)), new Scalar(0.0));
    Tensor divergence = shares.mul(apart).sum();
    return divergence.mul(new Scalar(temperature * temperature / student.size(0)));
  }

  private static Tensor error(Tensor student, Tensor original) {
    Tensor power = torch.square(original).mean().add(new Scalar(1e-12));
    return torch.square(student.sub(original)).mean().div(power);
  }
}
