package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.torch.TorchTensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/** What training demands of float models and data, told before anything is calibrated. */
public final class Demands {
  private Demands() {}

  /**
   * Whether a model can be trained so; one sample is run through both.
   *
   * @param teacher the float model to imitate, which may be the model itself
   * @throws UnsupportedModelException if an operator of a model cannot be trained, the teacher has
   *     other inputs or outputs, no output is of floats, a batch is larger than the data or the
   *     model's is fixed to several samples, samples cannot be changed as asked, or labels that
   *     count are of one class or of none that the model knows, or the model answers a sample more
   *     than once
   */
  public static void check(Model model, Model teacher, DataSet data, TrainOptions options) {
    requireAlike(model, teacher);
    takesOne(model);
    Rows.of(data.size(), options);
    Map<String, Tensor> sample = data.samples().get(0);
    options.augmentation().check(sample);
    try (TorchGraph student = TorchGraph.of(model, List.of());
        TorchGraph original = TorchGraph.of(teacher, List.of())) {
      SampleTypes ours = new SampleTypes(student, sample);
      SampleTypes theirs = new SampleTypes(original, sample);
      Objective objective = Objective.of(model, ours, teacher, theirs, data.task(), options);
      if (options.labelShare() > 0) classes(objective, original, data);
    }
  }

  private static void requireAlike(Model model, Model teacher) {
    List<String> inputs = names(model.graph().requiredInputs());
    List<String> theirs = names(teacher.graph().requiredInputs());
    if (!inputs.equals(theirs))
      throw new UnsupportedModelException(
          "teacher", "its inputs are %s, those of the model %s".formatted(theirs, inputs));
    List<String> outputs = names(model.graph().outputs());
    theirs = names(teacher.graph().outputs());
    if (!outputs.equals(theirs))
      throw new UnsupportedModelException(
          "teacher", "its outputs are %s, those of the model %s".formatted(theirs, outputs));
  }

  private static List<String> names(List<ValueInfo> values) {
    return values.stream().map(ValueInfo::name).toList();
  }

  /** Whether a batch of one is built into the model. */
  static boolean takesOne(Model model) {
    boolean one = false;
    for (ValueInfo input : model.graph().requiredInputs()) {
      TensorType type = input.type();
      List<Dimension> shape = type == null ? null : type.shape();
      if (shape == null || shape.isEmpty()) return true;
      if (!(shape.getFirst() instanceof Dimension.Fixed(long size))) continue;
      if (size != 1)
        throw new UnsupportedModelException(
            "training", "input %s takes batches of %d only".formatted(input.name(), size));
      one = true;
    }
    return one;
  }

  /** How many classes the model tells apart that labels are of. */
  static int classes(Objective objective, TorchGraph original, DataSet data) {
    List<Integer> counted = LabelledClasses.requireSeveral(LabelledClasses.of(data));
    Objective.Output answer = objective.classes();
    if (answer == null)
      throw new UnsupportedModelException("labels", "no output of the model has classes");
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, org.bytedeco.pytorch.Tensor> values =
          original.run(TorchTensors.of(data.samples().get(0)), List.of(answer.original()));
      org.bytedeco.pytorch.Tensor rows =
          answer.rows(Objects.requireNonNull(values.get(answer.original())));
      if (rows.size(0) != 1)
        throw new UnsupportedModelException(
            "labels",
            "output %s has %d answers to a sample, which has one label"
                .formatted(answer.name(), rows.size(0)));
      LabelledClasses.check(counted, rows.size(1));
      return Math.toIntExact(rows.size(1));
    }
  }
}
