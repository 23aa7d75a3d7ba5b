package dev.halftone.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.quantize.Judge;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleTest {
  private static final Recipe INT8 =
      Judge.recipe(Mode.WEIGHTS, DType.INT8, new Granularity.PerChannel());
  private static final WeightFormat INT4 = new WeightFormat.Element(DType.INT4);
  private static final WeightFormat NF4 = WeightFormat.parse("nf4");

  private static RuleMatcher operator(String type) {
    return new RuleMatcher(List.of(type), "*", 0, Long.MAX_VALUE);
  }

  private static RuleMatcher named(String pattern) {
    return new RuleMatcher(List.of(), pattern, 0, Long.MAX_VALUE);
  }

  private static RuleSettings weights(WeightFormat format) {
    return new RuleSettings(null, format, null, null, null);
  }

  private static RuleSettings ranged(CodeRange range) {
    return new RuleSettings(null, null, null, null, null, range);
  }

  private static RuleSettings keep(boolean wanted) {
    return new RuleSettings(wanted, null, null, null, null);
  }

  @Test
  void theLastRuleThatMatchesWinsSettingBySetting() {
    RuleSettings first =
        new RuleSettings(
            null, INT4, new Granularity.PerBlock(64), new ScaleSearch.SquaredError(), false);
    Recipe recipe =
        INT8.withRules(
            List.of(
                new Rule(operator("MatMul"), first),
                new Rule(named("/head/*"), weights(NF4)),
                new Rule(operator("Conv"), weights(INT4))));
    Recipe head = recipe.forNode("/head/fc", "MatMul", 4096);
    assertThat(head.weights()).isEqualTo(NF4);
    assertThat(head.granularity()).isEqualTo(new Granularity.PerBlock(64));
    assertThat(head.search()).isEqualTo(new ScaleSearch.SquaredError());
    assertThat(head.symmetricWeights()).isFalse();
    assertThat(head.rules()).isEmpty();
    assertThat(recipe.forNode("/body/fc", "MatMul", 4096).weights()).isEqualTo(INT4);
    assertThat(recipe.forNode("/body/fc", "Gemm", 4096)).isEqualTo(INT8);
  }

  @Test
  void codesAreASettingToo() {
    Rule all = new Rule(RuleMatcher.ALL, ranged(CodeRange.FULL));
    Rule one = new Rule(named("a"), ranged(CodeRange.REDUCED).over(weights(INT4)));
    Recipe recipe = INT8.withRules(List.of(all, one));
    assertThat(recipe.forNode("a", "Conv", 9).range()).isEqualTo(CodeRange.REDUCED);
    assertThat(recipe.forNode("a", "Conv", 9).weights()).isEqualTo(INT4);
    assertThat(recipe.forNode("b", "Conv", 9).range()).isEqualTo(CodeRange.FULL);
  }

  @Test
  void theOrderOfRulesDecidesAndNotHowMuchTheySay() {
    Rule all = new Rule(RuleMatcher.ALL, weights(INT4));
    Rule one = new Rule(named("a"), weights(NF4));
    assertThat(INT8.withRules(List.of(all, one)).forNode("a", "Conv", 9).weights()).isEqualTo(NF4);
    assertThat(INT8.withRules(List.of(one, all)).forNode("a", "Conv", 9).weights()).isEqualTo(INT4);
  }

  @Test
  void whatOneRuleKeepsALaterOneMayQuantizeAgain() {
    Recipe recipe =
        INT8.withRules(
            List.of(
                new Rule(operator("Conv"), RuleSettings.KEEP),
                new Rule(named("last"), keep(false))));
    assertThat(recipe.selects("first", "Conv", 100)).isFalse();
    assertThat(recipe.selects("last", "Conv", 100)).isTrue();
    assertThat(recipe.selects("first", "MatMul", 100)).isTrue();
    // Whatever a name holds, it is no pattern here.
    assertThat(recipe.selects("fi*t?", "Conv", 100)).isFalse();
  }

  @Test
  void theSizeOfTheWeightIsBoundedOnBothSidesInclusively() {
    RuleMatcher matcher = new RuleMatcher(List.of("Conv", "Gemm"), "*", 10, 20);
    for (long elements : new long[] {10, 15, 20})
      assertThat(matcher.matches("n", "Gemm", elements)).as("%d", elements).isTrue();
    for (long elements : new long[] {0, 9, 21, Long.MAX_VALUE})
      assertThat(matcher.matches("n", "Gemm", elements)).as("%d", elements).isFalse();
    assertThat(new RuleMatcher(List.of(), "*", 0, 20).matches("relu", "Relu", 0)).isFalse();
    assertThat(RuleMatcher.ALL.matches("relu", "Relu", 0)).isTrue();
    assertThatThrownBy(() -> new RuleMatcher(List.of(), "*", 20, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("20 to 10");
  }

  @Test
  void itsTextIsAMappingOfARecipeFile() {
    Rule rule =
        new Rule(
            new RuleMatcher(List.of("Conv", "Gemm"), "it's/*", 10, 20),
            new RuleSettings(
                true, INT4, new Granularity.PerBlock(64), new ScaleSearch.SquaredError(), false));
    assertThat(rule)
        .hasToString(
            "{op: [Conv, Gemm], name: 'it''s/*', min-elements: 10, max-elements: 20, keep: float,"
                + " weights: 'int4', granularity: 'block:64', search: 'mse', symmetric: false}");
    assertThat(new Rule(RuleMatcher.ALL, keep(false))).hasToString("{keep: none}");
    assertThat(Arrays.stream(CodeRange.values()).map(range -> ranged(range).toString()))
        .containsExactly(
            "reduce-range: false",
            "restricted-range: false",
            "restricted-range: true",
            "reduce-range: true");
  }
}
