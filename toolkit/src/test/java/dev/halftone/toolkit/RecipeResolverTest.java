package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeResolverTest {
  private static final RecipeRequest ANY = RecipeRequest.automatic().target("x86-vnni");

  private static Recipe resolve(RecipeRequest request, boolean samples) {
    return RecipeResolver.resolve(request, SmallModels.dense(), samples).recipe();
  }

  private static void assertRefused(RecipeRequest request, String message) {
    assertThatThrownBy(() -> resolve(request, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void samplesMeanStaticMode() {
    Recipe recipe = resolve(ANY, true);
    assertThat(recipe.mode()).isEqualTo(Mode.STATIC);
    assertThat(recipe.weightType()).isEqualTo(DType.INT8);
    assertThat(recipe.activations()).isEqualTo(DType.UINT8);
    assertThat(recipe.granularity()).isEqualTo(new Granularity.PerChannel());
    assertThat(recipe.symmetricWeights()).isTrue();
    assertThat(recipe.symmetricActivations()).isFalse();
    assertThat(recipe.reduceRange()).isFalse();
  }

  @Test
  void withoutSamplesMatrixProductsMeanDynamicMode() {
    ResolvedRecipe resolved = RecipeResolver.resolve(ANY, SmallModels.dense(), false);
    assertThat(resolved.recipe().mode()).isEqualTo(Mode.DYNAMIC);
    assertThat(resolved.notes())
        .singleElement()
        .asString()
        .startsWith("dynamic mode, since there is no data");
  }

  @Test
  void withoutSamplesConvolutionsMeanWeightsMode() {
    ResolvedRecipe resolved = RecipeResolver.resolve(ANY, SmallModels.convolution(), false);
    assertThat(resolved.recipe().mode()).isEqualTo(Mode.WEIGHTS);
    assertThat(resolved.recipe().granularity()).isEqualTo(new Granularity.PerChannel());
  }

  @ParameterizedTest
  @CsvSource({
    "x86-vnni, UINT8, false, false",
    "x86-avx2, UINT8, false, true",
    "arm64, INT8, false, false",
    "tensorrt, INT8, true, false"
  })
  void typesFollowTheTarget(String target, DType activations, boolean symmetric, boolean reduced) {
    Recipe recipe = resolve(ANY.target(target), true);
    assertThat(recipe.activations()).isEqualTo(activations);
    assertThat(recipe.symmetricActivations()).isEqualTo(symmetric);
    assertThat(recipe.reduceRange()).isEqualTo(reduced);
  }

  @Test
  void sixteenBitActivationsNeedNoReducedWeights() {
    assertThat(resolve(ANY.target("x86-avx2").activations(DType.INT16), true).reduceRange())
        .isFalse();
  }

  @Test
  void whatIsSaidWinsOverTheNamedRecipe() {
    Recipe recipe =
        resolve(
            RecipeRequest.named("weights-int4")
                .granularity(new Granularity.PerBlock(64))
                .exclude(List.of("last*")),
            false);
    assertThat(recipe.mode()).isEqualTo(Mode.WEIGHTS);
    assertThat(recipe.weightType()).isEqualTo(DType.INT4);
    assertThat(recipe.granularity()).isEqualTo(new Granularity.PerBlock(64));
    assertThat(recipe.exclude()).containsExactly("last*");
  }

  @Test
  void everyNamedRecipeResolves() {
    for (NamedRecipe named : NamedRecipe.all()) {
      ResolvedRecipe resolved =
          RecipeResolver.resolve(RecipeRequest.named(named.name()), SmallModels.dense(), true);
      assertThat(resolved.name()).isEqualTo(named.name());
      assertThat(RecipeText.fields(resolved.recipe())).containsKeys("mode", "weights");
      assertThat(RecipeText.summary(resolved.recipe())).isNotBlank();
    }
  }

  @Test
  void matricesAloneShareNoCodebook() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RecipeResolver.forMatrices(
                    ANY.mode(Mode.WEIGHTS).weights(WeightFormat.parse("codebook:4:shared"))))
        .withMessage(
            "matrices without a model are stored one by one;"
                + " use codebook:4, which each has for itself");
  }

  @Test
  void theRangeOfCodesIsThatOfTheModeUnlessSaid() {
    for (Mode mode : List.of(Mode.WEIGHTS, Mode.DYNAMIC, Mode.STATIC)) {
      RecipeRequest request = ANY.mode(mode);
      assertThat(range(request)).isEqualTo(CodeRange.USUAL);
      assertThat(range(request.reduceRange(true))).isEqualTo(CodeRange.REDUCED);
      assertThat(range(request.restrictedRange(true))).isEqualTo(CodeRange.RESTRICTED);
      assertThat(range(request.restrictedRange(false))).isEqualTo(CodeRange.FULL);
      assertThat(range(request.restrictedRange(false).target("x86-avx2")))
          .isEqualTo(CodeRange.FULL);
      assertRefused(
          request.restrictedRange(true).reduceRange(true),
          "a reduced range and a restricted range exclude each other");
    }
    assertRefused(
        ANY.mode(Mode.WEIGHTS).restrictedRange(true).symmetric(false),
        "a restricted range is for symmetric integer weights, not for asymmetric int8");
    assertRefused(
        ANY.mode(Mode.WEIGHTS).restrictedRange(false).weights(WeightFormat.parse("nf4")),
        "a full range is for symmetric integer weights, not for nf4");
    assertRefused(
        ANY.mode(Mode.BF16).restrictedRange(false),
        "a restricted or full range has no meaning in bf16 mode");
  }

  private static CodeRange range(RecipeRequest request) {
    String target = request.target == null ? "x86-vnni" : request.target;
    return RecipeResolver.resolve(request.target(target), SmallModels.dense(), true)
        .recipe()
        .range();
  }

  @Test
  void contradictionsAreRefused() {
    assertRefused(
        ANY.mode(Mode.STATIC).weights(DType.INT4),
        "static mode takes weights of type int8, uint8, not int4");
    assertRefused(
        ANY.granularity(new Granularity.PerBlock(32)),
        "blocks are for weights mode; static mode takes tensor or channel");
    assertRefused(ANY.keepIo(true), "--keep-io has no meaning in static mode");
    assertRefused(
        ANY.mode(Mode.DYNAMIC).calibration(Calibration.MSE),
        "--calibration has no meaning in dynamic mode");
    assertRefused(
        ANY.mode(Mode.DYNAMIC).activations(DType.INT8),
        "dynamic mode takes activations of type uint8, not int8");
    assertRefused(
        ANY.mode(Mode.WEIGHTS).activations(DType.INT8),
        "--activations has no meaning in weights mode");
    assertRefused(
        ANY.mode(Mode.WEIGHTS).weights(WeightFormat.parse("codebook:4:group:8")).symmetric(false),
        "codebook:4:group:8 is symmetric by nature; --asymmetric is for integers");
    assertRefused(
        ANY.mode(Mode.WEIGHTS)
            .weights(WeightFormat.parse("codebook:4:group:8"))
            .granularity(new Granularity.PerTensor()),
        "codebook:4:group:8 needs --granularity channel or blocks, not tensor");
    assertRefused(
        ANY.granularity(new Granularity.PerTile(16, 16)),
        "blocks are for weights mode; static mode takes tensor or channel");
    assertRefused(
        ANY.mode(Mode.WEIGHTS).matMulNBits(true).granularity(new Granularity.PerTile(16, 16)),
        "MatMulNBits has blocks along one axis, and block:16x16 has two;"
            + " leave --matmul-nbits out or use block:N");
    RuleSettings tiles = new RuleSettings(null, null, new Granularity.PerTile(8, 8), null, null);
    assertRefused(
        ANY.mode(Mode.WEIGHTS).matMulNBits(true).rules(List.of(new Rule(RuleMatcher.ALL, tiles))),
        "MatMulNBits has blocks along one axis, and block:8x8 has two;"
            + " leave --matmul-nbits out or use block:N");
    assertRefused(
        ANY.mode(Mode.WEIGHTS)
            .weights(WeightFormat.parse("mxfp4"))
            .granularity(new Granularity.PerBlock(16)),
        "mxfp4 has its own blocks; --granularity may be block:RxC and nothing else");
    assertRefused(
        ANY.mode(Mode.FP16).symmetric(false),
        "--symmetric or --asymmetric has no meaning in fp16 mode");
    assertRefused(
        ANY.activations(DType.INT16).operatorForm(true),
        "the QOperator format has no 16-bit activations; use --format qdq");
  }

  @Test
  void staticModeWithoutSamplesIsRefused() {
    assertThatThrownBy(() -> resolve(ANY.mode(Mode.STATIC), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("static mode calibrates on samples, and there are none (--data)");
  }

  @Test
  void anUnknownRecipeListsTheKnownTheMostSimilarFirst() {
    assertThatThrownBy(() -> RecipeRequest.named("static-int-16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "no recipe 'static-int-16'; there are, the most similar first, static-int16,"
                + " static-int8, ")
        .hasMessageContaining("nvfp4");
  }

  @Test
  void theTextForMetadataIsSortedAndComplete() {
    assertThat(RecipeYaml.of(resolve(ANY, true)))
        .isEqualTo(
            """
            activations: uint8
            calibration: mse
            format: qdq
            granularity: channel
            mode: static
            processor: x86-vnni
            reduce-range: false
            search: absmax
            symmetric-activations: false
            symmetric-weights: true
            weights: int8
            """);
  }

  @Test
  void searchesAndStoragesGoWhereTheyHaveAMeaning() {
    RecipeRequest mse = ANY.search(new ScaleSearch.SquaredError());
    assertThat(resolve(mse, true).search()).isEqualTo(new ScaleSearch.SquaredError());
    assertThat(resolve(ANY, true).search()).isEqualTo(new ScaleSearch.AbsMax());
    assertRefused(mse.mode(Mode.DYNAMIC), "--search has no meaning in dynamic mode");
    assertRefused(mse.mode(Mode.FP16), "--search has no meaning in fp16 mode");
    RecipeRequest half = ANY.scales(new ScaleStorage.Float16());
    assertThat(resolve(half.mode(Mode.WEIGHTS), true).scales())
        .isEqualTo(new ScaleStorage.Float16());
    assertRefused(half, "--scales has no meaning in static mode");
  }

  @Test
  void weighingErrorsTakesSamples() {
    RecipeRequest weighted = ANY.search(new ScaleSearch.WeightedError());
    for (Mode mode : List.of(Mode.WEIGHTS, Mode.STATIC)) {
      Recipe recipe = resolve(weighted.mode(mode), true);
      assertThat(recipe.search()).isEqualTo(new ScaleSearch.WeightedError());
      assertThat(RecipeText.calibrates(recipe)).isTrue();
    }
    assertThat(RecipeText.calibrates(resolve(ANY.mode(Mode.WEIGHTS), true))).isFalse();
    String message =
        "search weighted-mse weighs errors by the activations of samples, and there are none"
            + " (--data)";
    assertThatThrownBy(() -> resolve(weighted.mode(Mode.WEIGHTS), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    RuleSettings rule = new RuleSettings(null, null, null, new ScaleSearch.WeightedError(), null);
    RecipeRequest ruled = ANY.mode(Mode.WEIGHTS).rules(List.of(new Rule(RuleMatcher.ALL, rule)));
    assertThat(RecipeText.calibrates(resolve(ruled, true))).isTrue();
    assertThatThrownBy(() -> resolve(ruled, false)).hasMessage(message);
    assertThatThrownBy(() -> RecipeResolver.forMatrices(weighted.mode(Mode.WEIGHTS)))
        .hasMessage(
            "search weighted-mse weighs errors by activations, and matrices without a model have"
                + " none");
  }

  @Test
  void hqqIsForAsymmetricWeights() {
    RecipeRequest hqq = ANY.mode(Mode.WEIGHTS).search(new ScaleSearch.HalfQuadratic());
    assertThat(resolve(hqq.weights(DType.UINT4), true).symmetricWeights()).isFalse();
    String message =
        "search hqq chooses zero points, and these weights are symmetric; use --asymmetric in"
            + " weights mode";
    assertRefused(hqq, message);
    assertRefused(hqq.mode(Mode.STATIC), message);
  }
}
