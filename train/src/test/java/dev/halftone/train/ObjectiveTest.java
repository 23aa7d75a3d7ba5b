package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of two models is compared. */
final class ObjectiveTest {
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults().withBatch(8).withEpochs(1).withRate(0.03);
  private static final DataSet DATA = SmallNetwork.samples(16);
  private static final ValueInfo Y = SmallNetwork.model().graph().outputs().getFirst();
  private static final ValueInfo BEST = new ValueInfo("best", new TensorType(DType.INT64, null));

  /** Loading makes objects that stay. */
  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static Model changed(Consumer<GraphEditor> change) {
    Model small = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(small.graph());
    change.accept(editor);
    return small.withGraph(editor.toGraph());
  }

  private static FakeQuantized fake(Model model) {
    return FakeQuantized.of(
        StaticMode.draft(
            model,
            SmallNetwork.recipe(WeightFormat.parse("int4"), DType.UINT8),
            DATA,
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  private static Training train(Model model, Model teacher, DataSet data, TrainOptions options) {
    try (Trainer trainer = new Trainer(fake(model), teacher, data, options)) {
      return trainer.train(null, "", Trainer.Listener.NONE);
    }
  }

  private static Tensor filled(long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = (float) Math.sin(i);
    return Tensor.ofFloats(values, shape);
  }

  @Test
  void refusesATeacherOfOtherClasses() {
    Model teacher =
        changed(
            editor -> {
              editor.replaceInitializer("w3", filled(5, 128));
              editor.replaceInitializer("b3", filled(5));
            });
    assertThatThrownBy(() -> train(SmallNetwork.model(), teacher, DATA, OPTIONS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining(
            "teacher: its output y is FLOAT32[1, 5], that of the model FLOAT32[1, 4]");
  }

  /** The small network with these behind its logits, in place of Softmax. */
  private static Model endingIn(String... operators) {
    return changed(
        editor -> {
          for (Node node : editor.nodes()) if (node.is("Softmax")) editor.remove(node);
          String last = "logits";
          for (String operator : operators) {
            String next = last + operator;
            editor.add(Node.of("", operator, List.of(last), List.of(next)));
            last = next;
          }
          for (Node node : editor.nodes()) {
            if (node.output(0).equals(last)) editor.replace(node, node.withOutputs(List.of("y")));
          }
        });
  }

  /** Probabilities are never compared with logits. */
  @ParameterizedTest
  @ValueSource(strings = {"", "LogSoftmax"})
  void eitherModelMayEndWithoutASoftmax(String other) {
    Model whole = SmallNetwork.model();
    Model bare = other.isEmpty() ? endingIn() : endingIn(other);
    DataSet labelled = SmallNetwork.labelled(16, 4);
    for (TrainOptions options : List.of(OPTIONS, OPTIONS.withLabelShare(0.5))) {
      List<Epoch> expected = train(whole, whole, labelled, options).curve();
      assertThat(train(whole, bare, labelled, options).curve()).isEqualTo(expected);
      assertThat(train(bare, whole, labelled, options).curve()).isEqualTo(expected);
      assertThat(train(bare, bare, labelled, options).curve()).isEqualTo(expected);
    }
  }

  @Test
  void refusesATeacherWhoseOutputIsOfAnotherKind() {
    Model sigmoid = endingIn("Sigmoid");
    assertNotCompared(SmallNetwork.model(), sigmoid, "a Sigmoid's, that of the model a Softmax's");
    assertNotCompared(sigmoid, SmallNetwork.model(), "a Softmax's, that of the model a Sigmoid's");
    assertNotCompared(sigmoid, endingIn(), "a Gemm's, that of the model a Sigmoid's");
    assertNotCompared(
        endingIn(),
        endingIn("Softmax", "Identity"),
        "a Softmax's, arranged anew, that of the model a Gemm's");
    assertThat(train(sigmoid, sigmoid, DATA, OPTIONS).curve()).hasSize(2);
  }

  private static void assertNotCompared(Model model, Model teacher, String why) {
    assertThatThrownBy(() -> train(model, teacher, DATA, OPTIONS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage("teacher: its output y is " + why + ": they cannot be compared");
  }

  /** One channel would spread over eight, and two numbers of channels are an error of libtorch. */
  @Test
  void innerValuesOfAnotherShapeDoNotCount() {
    Model small = SmallNetwork.model();
    TrainOptions options = OPTIONS.withFeatureShare(0.7);
    Model narrow =
        changed(
            editor -> {
              editor.replaceInitializer("w2", filled(1, 8, 3, 3));
              editor.replaceInitializer("b2", filled(1));
            });
    assertThat(train(small, narrow, DATA, options).unlike()).isEqualTo(1);
    Model thin =
        changed(
            editor -> {
              editor.replaceInitializer("w1", filled(6, 3, 3, 3));
              editor.replaceInitializer("b1", filled(6));
              editor.replaceInitializer("w2", filled(6, 6, 3, 3));
              editor.replaceInitializer("b2", filled(6));
              editor.replaceInitializer("w3", filled(4, 96));
            });
    assertThat(train(small, thin, DATA, options).unlike()).isGreaterThan(1);
    assertThat(train(small, small, DATA, options).unlike()).isZero();
  }

  @Test
  void outputsThatAreNoFloatsDoNotCount() {
    Model both =
        changed(
            editor -> {
              editor.add(argMax());
              editor.setOutputs(List.of(BEST, Y));
            });
    Model small = SmallNetwork.model();
    assertThat(train(both, both, DATA, OPTIONS).curve())
        .isEqualTo(train(small, small, DATA, OPTIONS).curve());
    Model only =
        changed(
            editor -> {
              editor.add(argMax());
              editor.setOutputs(List.of(BEST));
            });
    assertThatThrownBy(() -> train(only, only, DATA, OPTIONS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("no output is of floats")
        .hasMessageContaining("best=INT64");
  }

  private static Node argMax() {
    return Node.of("m", "ArgMax", List.of("y"), List.of("best"))
        .withAttribute("axis", new Attribute.OfInt(1));
  }

  /** Two answers of two classes each, and one label. */
  @Test
  void refusesLabelsOfModelsThatAnswerMoreThanOnce() {
    Model pair =
        changed(
            editor -> {
              editor.addInitializer("shape", Tensor.ofLongs(new long[] {0, 2, 2}, 3));
              for (Node node : editor.nodes())
                if (node.is("Softmax")) editor.replace(node, node.withInputs(List.of("pairs")));
              editor.add(Node.of("r", "Reshape", List.of("logits", "shape"), List.of("pairs")));
              editor.setOutputs(List.of(new ValueInfo("y", new TensorType(DType.FLOAT32, null))));
            });
    DataSet labelled = SmallNetwork.labelled(16, 2);
    assertThatThrownBy(() -> train(pair, pair, labelled, OPTIONS.withLabelShare(0.5)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("labels: output y has 2 answers to a sample, which has one label");
    assertThat(train(pair, pair, labelled, OPTIONS).curve()).hasSize(2);
  }

  /** Nobody can close a trainer that was not made. */
  @Test
  void aRefusalLeavesNothingBehind() throws InterruptedException {
    FakeQuantized fake = fake(SmallNetwork.model());
    DataSet labelled = SmallNetwork.labelled(16, 5);
    TrainOptions options = OPTIONS.withLabelShare(0.5);
    long before = LiveObjects.settled();
    assertThatThrownBy(() -> new Trainer(fake, labelled, options).close())
        .hasMessageContaining("sample 4 has class 4");
    assertThat(Libtorch.liveObjects()).isEqualTo(before);
  }

  /** The others are as apart as without it. */
  @Test
  void classesThatAreRuledOutCountNothing() {
    float none = Float.NEGATIVE_INFINITY;
    try (PointerScope scope = new PointerScope()) {
      org.bytedeco.pytorch.Tensor student = logits(1, none, 2, 0.5f);
      student.set_requires_grad(true);
      org.bytedeco.pytorch.Tensor loss = loss(student, logits(2, none, 1, none));
      double expected = loss(logits(1, 2, 0.5f), logits(2, 1, -200)).item_double();
      assertThat(loss.item_double()).isPositive().isCloseTo(expected, within(1e-6));
      loss.backward();
      float[] gradient = TorchTensors.copy(student.grad()).toFloats();
      assertThat(gradient[1]).isZero();
      assertThat(gradient[0]).isNegative();
      assertThat(gradient[2]).isPositive();
      assertThat(gradient[3]).isPositive();
    }
  }

  private static org.bytedeco.pytorch.Tensor logits(float... values) {
    return TorchTensors.of(Tensor.ofFloats(values, 1, values.length));
  }

  private static org.bytedeco.pytorch.Tensor loss(
      org.bytedeco.pytorch.Tensor student, org.bytedeco.pytorch.Tensor original) {
    Objective.Output output = new Objective.Output("y", "y", "y", true, 1, true);
    Objective objective = new Objective(List.of(output), List.of(), 1, 0, 0, 0);
    return objective.loss(Map.of("y", student), Map.of("y", original), null);
  }
}
