package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.dynamic.DynamicMode;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.runtime.Progress;
import dev.halftone.scheme.CodeRange;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The codes that a recipe's range of codes leaves in the file. */
class CodeRangesTest {
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(2), 1, 3, 64));

  private static Model product(String operator) {
    return new Graphs(1)
        .input("x", 3, 64)
        .output("y")
        .normal("w", 0.1, 64, 48)
        .node(operator, "x w", "y")
        .model(21);
  }

  private static Recipe recipe(Mode mode, DType weights, CodeRange range) {
    Granularity channel = new Granularity.PerChannel();
    return Judge.recipe(mode, weights, channel).withRange(range);
  }

  private static long lowest(Quantized quantized) {
    return Arrays.stream(Judge.constant(quantized.model(), "w_quantized").toLongs())
        .min()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, USUAL, -127",
    "INT8, FULL, -128",
    "INT8, RESTRICTED, -127",
    "INT8, REDUCED, -64",
    "INT4, USUAL, -8",
    "INT4, FULL, -8",
    "INT4, RESTRICTED, -7",
    "UINT8, USUAL, 0",
    "UINT8, FULL, 0",
    "UINT8, RESTRICTED, 1",
  })
  void weightsUseTheCodesOfTheirRange(DType weights, CodeRange range, long lowest) {
    Model model = product("MatMul");
    Quantized quantized = WeightsMode.apply(model, recipe(Mode.WEIGHTS, weights, range), 1);
    assertThat(lowest(quantized)).isEqualTo(lowest);
    double least = weights == DType.INT4 ? 15 : range == CodeRange.REDUCED ? 30 : 35;
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(least);
  }

  /** The rule is the only one to say a range; the recipe has the usual one. */
  @ParameterizedTest
  @CsvSource({"WEIGHTS, FULL, -128", "WEIGHTS, REDUCED, -64", "DYNAMIC, FULL, -128"})
  void rulesSayWhichCodesTheirWeightsUse(Mode mode, CodeRange range, long lowest) {
    RuleSettings settings = new RuleSettings(null, null, null, null, null, range);
    Model model = product("MatMul");
    for (String operator : List.of("MatMul", "Conv")) {
      Rule rule = new Rule(new RuleMatcher(List.of(operator), "*", 0, Long.MAX_VALUE), settings);
      Recipe recipe = recipe(mode, DType.INT8, CodeRange.USUAL).withRules(List.of(rule));
      Quantized quantized =
          mode == Mode.WEIGHTS
              ? WeightsMode.apply(model, recipe, 1)
              : DynamicMode.apply(model, recipe, 1);
      assertThat(lowest(quantized)).isEqualTo(operator.equals("MatMul") ? lowest : -127);
    }
  }

  @Test
  void aRuleOfStaticModeLetsItsWeightAloneUseTheLowestCode() {
    Model model = product("MatMul");
    RuleSettings full = new RuleSettings(null, null, null, null, null, CodeRange.FULL);
    DataSet data = RandomSamples.of(8, 1, 3, 64);
    Recipe plain = new StaticRecipe().build();
    Recipe ruled = plain.withRules(List.of(new Rule(RuleMatcher.ALL, full)));
    List<Long> lowest =
        Stream.of(plain, ruled)
            .map(recipe -> StaticMode.quantize(model, recipe, data, 1, Progress.NONE))
            .map(CodeRangesTest::lowest)
            .toList();
    assertThat(lowest).containsExactly(-127L, -128L);
  }

  @Test
  void integerProductsReadThem() {
    Model model = product("MatMul");
    Quantized full = DynamicMode.apply(model, recipe(Mode.DYNAMIC, DType.INT8, CodeRange.FULL), 1);
    assertThat(lowest(full)).isEqualTo(-128);
    assertThat(Judge.sqnr(model, full.model(), X)).isGreaterThan(20);
  }
}
