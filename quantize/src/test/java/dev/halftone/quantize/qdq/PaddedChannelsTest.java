package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.plan.Plan.TensorPlan;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Answers;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class PaddedChannelsTest {
  private static final long[] IMAGE = {1, 8, 12, 12};
  private static final int[] AROUND = {1, 1, 1, 1};

  /** Two depthwise convolutions in a row, the dense one between them with a bias. */
  private static Graphs branch(int channels) {
    return new Graphs(1)
        .input("x", IMAGE)
        .normal("w1", 0.3, channels, 8, 1, 1)
        .normal("b1", 0.3, channels)
        .normal("w2", 0.3, channels, 1, 3, 3)
        .normal("w3", 0.2, channels, channels, 1, 1)
        .normal("b3", 0.3, channels)
        .normal("w4", 0.3, channels, 1, 3, 3)
        .normal("b4", 0.3, channels)
        .normal("w5", 0.2, 24, channels, 1, 1)
        .node("Conv", "x w1 b1", "first")
        .node("LeakyRelu", "first", "active", "alpha", 0.1f)
        .node("Conv", "active w2", "depthwise", "pads", AROUND, "group", channels)
        .node("Conv", "depthwise w3 b3", "middle")
        .node("Relu", "middle", "rectified")
        .node("Conv", "rectified w4 b4", "last", "pads", AROUND, "group", channels)
        .node("HardSwish", "last", "swished")
        .node("Conv", "swished w5", "y");
  }

  private static Model padded(Model model, Recipe recipe) {
    return PaddedChannels.in(model, recipe, RandomSamples.of(1, 1, IMAGE));
  }

  private static Recipe amx() {
    return new StaticRecipe().weighedFor(Processor.X86_AMX).build();
  }

  private static List<Long> groups(Model model) {
    return model.graph().nodes().stream()
        .filter(node -> node.is("Conv"))
        .map(node -> node.integer("group", 1))
        .toList();
  }

  @Test
  void channelsOfZerosChangeNoOutput() {
    Model model = branch(58).output("y").model(14);
    Model padded = padded(model, amx());
    assertThat(groups(padded)).containsExactly(1L, 64L, 1L, 64L, 1L);
    assertThat(Judge.constant(padded, "w1").shape()).containsExactly(64, 8, 1, 1);
    assertThat(Judge.constant(padded, "b1").shape()).containsExactly(64);
    assertThat(Judge.constant(padded, "w2").shape()).containsExactly(64, 1, 3, 3);
    assertThat(Judge.constant(padded, "w3").shape()).containsExactly(64, 64, 1, 1);
    assertThat(Judge.constant(padded, "w5").shape()).containsExactly(24, 64, 1, 1);
    Answers.assertSame(model, padded, RandomSamples.unseen(1, IMAGE), 1e-5);
  }

  /** Signals of 144 positions, and volumes of 6 x 6 x 6. */
  @ParameterizedTest
  @CsvSource({"144, 3, 1", "6:6:6, 3:3:3, 1:1:1"})
  void alsoInOneAndThreeDimensions(String positions, String kernel, String point) {
    long[] input = sizes("1:8:" + positions);
    int[] around = new int[2 * (input.length - 2)];
    Arrays.fill(around, 1);
    Model model =
        new Graphs(2)
            .input("x", input)
            .normal("w1", 0.3, sizes("58:8:" + point))
            .normal("b1", 0.3, 58)
            .normal("w2", 0.3, sizes("58:1:" + kernel))
            .normal("w3", 0.2, sizes("24:58:" + point))
            .node("Conv", "x w1 b1", "first")
            .node("Relu", "first", "active")
            .node("Conv", "active w2", "depthwise", "pads", around, "group", 58)
            .node("Conv", "depthwise w3", "y")
            .output("y")
            .model(14);
    Model padded = PaddedChannels.in(model, amx(), RandomSamples.of(1, 1, input));
    assertThat(groups(padded)).containsExactly(1L, 64L, 1L);
    assertThat(Judge.constant(padded, "w2").shape()).isEqualTo(sizes("64:1:" + kernel));
    Map<String, Tensor> sample = RandomSamples.unseen(1, input);
    Answers.assertSame(model, padded, sample, 1e-5);
    Quantized quantized =
        StaticMode.quantize(model, amx(), RandomSamples.of(4, 1, input), 1, Progress.NONE);
    assertThat(Judge.sqnr(model, quantized.model(), sample)).isGreaterThan(20);
  }

  private static long[] sizes(String text) {
    return Arrays.stream(text.split(":")).mapToLong(Long::parseLong).toArray();
  }

  @Test
  void whatBodiesReadKeepsItsChannels() {
    Graph reading = new Graphs(3).node("Neg", "active", "z").output("z").graph();
    Graph weight = new Graphs(4).node("Neg", "w4", "z").output("z").graph();
    Graph other = new Graphs(5).constant("z", Tensor.scalar(0)).output("z").graph();
    for (Graph body : List.of(reading, weight)) {
      Model model =
          branch(58)
              .constant("choice", Tensor.ofBytes(DType.BOOL, new byte[] {1}))
              .node("If", "choice", "chosen", "then_branch", body, "else_branch", other)
              .output("y")
              .output("chosen")
              .model(14);
      Model padded = padded(model, amx());
      assertThat(groups(padded)).contains(58L, 64L);
      Answers.assertSame(model, padded, RandomSamples.unseen(1, IMAGE), 1e-5);
    }
  }

  @Test
  void onlyValuesWithNewChannelsGetOtherNames() {
    Model padded = padded(branch(58).output("y").model(14), amx());
    assertThat(padded.graph().nodes())
        .flatExtracting(Node::outputs)
        .containsExactly(
            "first_padded",
            "active_padded",
            "depthwise_padded",
            "middle_padded",
            "rectified_padded",
            "last_padded",
            "swished_padded",
            "y");
  }

  @Test
  void quantizedItGivesTheAnswersOfTheUnpadded() {
    Model model = branch(58).output("y").model(14);
    Map<String, Tensor> sample = RandomSamples.unseen(1, IMAGE);
    Quantized narrow = quantize(model, new StaticRecipe().weighedFor(Processor.ANY).build());
    Quantized wide = quantize(model, amx().withProcessor(Processor.X86_VNNI));
    assertThat(groups(wide.model())).contains(64L);
    assertThat(groups(narrow.model())).doesNotContain(64L);
    assertThat(Judge.sqnr(model, wide.model(), sample))
        .isGreaterThan(Judge.sqnr(model, narrow.model(), sample) - 2);
  }

  private static Quantized quantize(Model model, Recipe recipe) {
    return StaticMode.quantize(model, recipe, RandomSamples.of(4, 1, IMAGE), 1, Progress.NONE);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"X86_VNNI", "X86_AMX"})
  void otherProcessorsGetTheModelAsItIs(Processor processor) {
    Model model = branch(58).output("y").model(14);
    assertThat(padded(model, new StaticRecipe().weighedFor(processor).build())).isSameAs(model);
  }

  @Test
  void wholeStepsAndLargeGrowthAreLeftAlone() {
    Model whole = branch(64).output("y").model(14);
    assertThat(padded(whole, amx())).isSameAs(whole);
    Model large = branch(40).output("y").model(14);
    assertThat(padded(large, amx())).isSameAs(large);
  }

  @Test
  void fewPositionsAreLeftAlone() {
    // 12 x 12 positions.
    assertThat(groups(padded(branch(150).output("y").model(14), amx())))
        .containsExactly(1L, 150L, 1L, 150L, 1L);
    assertThat(groups(padded(branch(140).output("y").model(14), amx())))
        .containsExactly(1L, 144L, 1L, 144L, 1L);
  }

  @Test
  void whatOthersReadKeepsItsChannels() {
    Model tapped = branch(58).output("y").output("rectified").model(14);
    assertThat(groups(padded(tapped, amx()))).containsExactly(1L, 64L, 1L, 58L, 1L);
    Model twice = branch(58).node("Neg", "active", "z").output("y").output("z").model(14);
    assertThat(groups(padded(twice, amx()))).containsExactly(1L, 58L, 1L, 64L, 1L);
    Model shared = branch(58).node("Neg", "w2", "z").output("y").output("z").model(14);
    assertThat(groups(padded(shared, amx()))).containsExactly(1L, 58L, 1L, 64L, 1L);
  }

  @Test
  void whatIsExcludedOrWiderStaysAsItIs() {
    Model model = branch(58).output("y").model(14);
    Recipe without = new StaticRecipe().weighedFor(Processor.X86_AMX).exclude("middle*").build();
    assertThat(groups(padded(model, without))).containsExactly(1L, 58L, 1L, 58L, 1L);
    Recipe wide =
        new StaticRecipe().weighedFor(Processor.X86_AMX).activations(DType.UINT16).build();
    assertThat(padded(model, wide)).isSameAs(model);
    assertThat(padded(model, amx())).isNotSameAs(model);
  }

  @Test
  void whatIsKnownByTheNamesOfItsOutputsKeepsThem() {
    Model model = branch(58).output("y").model(14);
    GraphEditor editor = new GraphEditor(model.graph());
    for (Node node : model.graph().nodes())
      if (node.is("LeakyRelu")) editor.replace(node, withoutName(node));
    assertThat(groups(padded(model.withGraph(editor.toGraph()), amx())))
        .containsExactly(1L, 58L, 1L, 64L, 1L);
    for (Node node : editor.nodes())
      if (!node.is("LeakyRelu")) editor.replace(node, withoutName(node));
    Model nameless = model.withGraph(editor.toGraph());
    assertThat(padded(nameless, amx())).isSameAs(nameless);
  }

  private static Node withoutName(Node node) {
    return new Node(
        "",
        node.domain(),
        node.opType(),
        node.inputs(),
        node.outputs(),
        node.attributes(),
        node.opaque());
  }

  @ParameterizedTest
  @CsvSource({"0, 3500", "4000, 1000000"})
  void rulesBySizeAreAboutWeightsAsTheyAre(long least, long most) {
    // The dense convolution in the middle has 58 x 58 weights, padded 64 x 64.
    RuleMatcher sized = new RuleMatcher(List.of("Conv"), "middle*", least, most);
    Recipe recipe = amx().withRules(List.of(new Rule(sized, RuleSettings.KEEP)));
    Model model = branch(58).output("y").model(14);
    assertThat(padded(model, recipe)).isSameAs(model);
  }

  @ParameterizedTest
  @CsvSource({"w3, 24:57:1:1", "w3, 0:58:1:1", "w3, 24", "w1, 57:8:1:1", "b1, 1:58", "b2, 0"})
  void malformedConvolutionsAreLeftToTheirErrors(String name, String shape) {
    Model model =
        new Graphs(1)
            .input("x", IMAGE)
            .normal("w1", 0.3, 58, 8, 1, 1)
            .normal("b1", 0.3, 58)
            .normal("w2", 0.3, 58, 1, 3, 3)
            .normal("b2", 0.3, 58)
            .normal("w3", 0.2, 24, 58, 1, 1)
            .node("Conv", "x w1 b1", "first")
            .node("Conv", "first w2 b2", "depthwise", "pads", AROUND, "group", 58)
            .node("Conv", "depthwise w3", "y")
            .output("y")
            .model(14);
    assertThat(groups(padded(model, amx()))).containsExactly(1L, 64L, 1L);
    GraphEditor editor = new GraphEditor(model.graph());
    int count = Math.toIntExact(Tensor.elements(sizes(shape)));
    editor.replaceInitializer(name, Tensor.ofFloats(new float[count], sizes(shape)));
    Model malformed = model.withGraph(editor.toGraph());
    assertThat(padded(malformed, amx())).isSameAs(malformed);
  }

  @Test
  void percentilesDoNotCountTheZeros() {
    Model model = branch(58).output("y").model(14);
    StaticRecipe recipe = new StaticRecipe().weighedFor(Processor.X86_AMX);
    assertThat(padded(model, recipe.calibration(Calibration.PERCENTILE).build())).isSameAs(model);
  }

  @Test
  void thePlanSaysTheRangeOfTheWeightsThatWereThere() {
    Model model = branch(58).output("y").model(14);
    Quantized narrow = quantize(model, new StaticRecipe().weighedFor(Processor.ANY).build());
    Quantized wide = quantize(model, amx().withProcessor(Processor.X86_VNNI));
    for (String weight : List.of("w3", "b3")) {
      TensorPlan before = tensor(narrow, weight);
      TensorPlan after = tensor(wide, weight);
      assertThat(after.high()).as(weight).isCloseTo(before.high(), withinPercentage(1));
      assertThat(after.low()).as(weight).isCloseTo(before.low(), withinPercentage(1));
    }
  }

  private static TensorPlan tensor(Quantized quantized, String name) {
    return quantized.plan().tensors().stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
