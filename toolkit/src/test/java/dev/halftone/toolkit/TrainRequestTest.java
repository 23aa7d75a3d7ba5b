package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainRequestTest {
  private static ResolvedRecipe resolved(
      String weights, DType activations, String target, String... eightBits) {
    return resolved(weights, activations, new Granularity.PerChannel(), target, eightBits);
  }

  private static ResolvedRecipe resolved(
      String weights,
      DType activations,
      Granularity granularity,
      String target,
      String... eightBits) {
    return new TrainRequest(
            WeightFormat.parse(weights),
            activations,
            granularity,
            new Calibration.Mse(),
            List.of(),
            List.of(),
            List.of(eightBits),
            Target.named(target))
        .recipe();
  }

  /** 2 · 255 · 64 fits the 16 bits in which such processors add two products. */
  @ParameterizedTest
  @CsvSource({
    "int8, UINT8, x86-avx2, int7",
    "int8, INT8, x86-avx2, int7",
    "int8, INT4, x86-avx2, int7",
    "int8, UINT4, x86-avx2, int8",
    "uint8, UINT8, x86-avx2, uint8",
    "int4, UINT8, x86-avx2, int4",
    "int8, UINT8, x86-vnni, int8",
    "int8, INT8, arm64, int8"
  })
  void weightsAreSoSmallThatNoSumSaturates(
      String weights, DType activations, String target, String found) {
    ResolvedRecipe resolved = resolved(weights, activations, target);
    assertThat(resolved.recipe().weights().name()).isEqualTo(found);
    assertThat(resolved.notes()).hasSize(found.equals("int7") ? 1 : 0);
  }

  @Test
  void weightsInBlocksAreDecodedAndKeepTheirBits() {
    ResolvedRecipe resolved =
        resolved("int8", DType.UINT8, new Granularity.PerBlock(32), "x86-avx2");
    assertThat(resolved.recipe().weights().name()).isEqualTo("int8");
    assertThat(resolved.notes()).isEmpty();
  }

  @Test
  void layersOfEightBitsToo() {
    ResolvedRecipe resolved = resolved("int2", DType.UINT8, "x86-avx2", "dense");
    Recipe own = resolved.recipe().forNode("dense", "Gemm", 640);
    assertThat(own.weights().name()).isEqualTo("int7");
    assertThat(resolved.notes()).singleElement().asString().contains("--target x86-vnni");
    assertThat(resolved("int2", DType.UINT8, "x86-vnni", "dense").notes()).isEmpty();
  }
}
