package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.tensor.DType;
import java.util.Comparator;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepEntryTest {
  @Test
  void weightsAloneAreWeightsMode() {
    RecipeRequest request = SweepEntry.parse(" INT4@block:32 ").request();
    assertThat(request.mode).isEqualTo(Mode.WEIGHTS);
    assertThat(request.weights).isEqualTo(new WeightFormat.Element(DType.INT4));
    assertThat(request.granularity).isEqualTo(new Granularity.PerBlock(32));
    assertThat(request.activations).isNull();
  }

  @Test
  void activationsMakeItStatic() {
    RecipeRequest request = SweepEntry.parse("int8/int16@channel").request();
    assertThat(request.mode).isEqualTo(Mode.STATIC);
    assertThat(request.activations).isEqualTo(DType.INT16);
    assertThat(request.granularity).isEqualTo(new Granularity.PerChannel());
  }

  @Test
  void modesAndFlags() {
    RecipeRequest request = SweepEntry.parse("static:uint8+reduce-range+asymmetric").request();
    assertThat(request.mode).isEqualTo(Mode.STATIC);
    assertThat(request.weights).isEqualTo(new WeightFormat.Element(DType.UINT8));
    assertThat(request.reduceRange).isTrue();
    assertThat(request.symmetric).isFalse();
    assertThat(SweepEntry.parse("static:int8+no-reduce-range").request().reduceRange).isFalse();
    assertThat(SweepEntry.parse("static:int8").request().reduceRange).isNull();
    assertThat(SweepEntry.parse("fp16").request().mode).isEqualTo(Mode.FP16);
    assertThat(SweepEntry.parse("bf16").request().mode).isEqualTo(Mode.BF16);
    assertThat(SweepEntry.parse("dynamic:int8").request().mode).isEqualTo(Mode.DYNAMIC);
  }

  @Test
  void theRangeOfCodes() {
    assertThat(SweepEntry.parse("int8+restricted-range").request().restrictedRange).isTrue();
    assertThat(SweepEntry.parse("int8+full-range").request().restrictedRange).isFalse();
    assertThat(SweepEntry.parse("int8").request().restrictedRange).isNull();
  }

  @Test
  void aFormatWithAColonIsNoMode() {
    RecipeRequest request = SweepEntry.parse("codebook:4@block:32").request();
    assertThat(request.mode).isEqualTo(Mode.WEIGHTS);
    assertThat(request.weights).isEqualTo(WeightFormat.parse("codebook:4"));
    assertThat(SweepEntry.parse("weights:codebook:4").request().weights)
        .isEqualTo(WeightFormat.parse("codebook:4"));
    assertThat(SweepEntry.parse("codebook:3:group:64@channel").request().weights)
        .isEqualTo(new WeightFormat.Codebook(3, new CodebookSharing.Group(64)));
    assertThat(SweepEntry.parse("codebook:8:shared").request().weights)
        .isEqualTo(new WeightFormat.Codebook(8, new CodebookSharing.Shared()));
  }

  @Test
  void recipesByName() {
    assertThat(SweepEntry.parse("weights-int4").request().name).isEqualTo("weights-int4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "int9 | 'int9' is not one of",
        "\"\" | '' is not one of",
        "int8@rows | 'rows' is not tensor, channel, block:N or block:RxC",
        "int8@block:0 | 'block:0' is not tensor",
        "int8@block:16x | 'block:16x' is not tensor",
        "int8@block:2000x16 | block 2000x16: sides are from 1 to 1024",
        "int8/float | 'float' is not one of uint8",
        "int8+fast | '+fast' is not one of +asymmetric, +full-range, +matmul-nbits",
        "int8+ | '+' is not one of",
        "static: | '' is not one of",
        "quick:int8 | 'quick:int8' is not one of",
      })
  void whatIsWrongIsRefusedWithWhatIsAllowed(String text, String problem) {
    assertThatThrownBy(() -> SweepEntry.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("format '" + text + "': ")
        .hasMessageContaining(problem);
  }

  @Test
  void theUsualOnesNeedSamplesOnlyWhereTheyAreThere() {
    assertThat(SweepEntry.usual(false))
        .extracting(e -> e.request().mode)
        .doesNotContain(Mode.STATIC);
    assertThat(SweepEntry.usual(true)).extracting(e -> e.request().mode).contains(Mode.STATIC);
    assertThat(SweepEntry.usualForMatrices())
        .extracting(e -> e.request().mode)
        .containsOnly(Mode.WEIGHTS);
  }

  @Test
  void theUsualOnesGoDownBitByBit() {
    assertThat(SweepEntry.usualForMatrices())
        .extracting(entry -> Objects.requireNonNull(entry.request().weights).bits())
        .contains(8, 6, 5, 4, 3, 2)
        .isSortedAccordingTo(Comparator.reverseOrder());
  }
}
