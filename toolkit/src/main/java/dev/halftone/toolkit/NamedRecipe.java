package dev.halftone.toolkit;

import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A recipe that comes with Halftone.
 *
 * @param size what the file becomes, as a share of FP32
 * @param purpose what it is for
 * @param cost what it asks of the user and of the runtime
 */
public record NamedRecipe(
    String name, String size, String purpose, String cost, RecipeRequest request) {
  private static final RecipeRequest ANY = RecipeRequest.automatic();

  private static final List<NamedRecipe> ALL =
      List.of(
          new NamedRecipe(
              "static-int8",
              "1/4",
              "convolutional and dense networks: the fastest on CPUs, phones and TensorRT",
              "wants 100 or so real samples to calibrate on",
              ANY.mode(Mode.STATIC).weights(DType.INT8)),
          new NamedRecipe(
              "static-int16",
              "1/4",
              "activations that 8 bits cannot hold (regression, audio, super-resolution)",
              "wants samples; opset 21; ONNX Runtime's CPU computes most of it in float",
              ANY.mode(Mode.STATIC).weights(DType.INT8).activations(DType.INT16).symmetric(true)),
          new NamedRecipe(
              "dynamic-int8",
              "1/4",
              "transformers and recurrent networks on CPUs",
              "no samples; ranges are computed at each run",
              ANY.mode(Mode.DYNAMIC).weights(DType.INT8)),
          new NamedRecipe(
              "weights-int8",
              "1/4",
              "a small file with outputs next to the original's",
              "no samples; computes in float",
              ANY.mode(Mode.WEIGHTS).weights(DType.INT8).granularity(new Granularity.PerChannel())),
          new NamedRecipe(
              "weights-int4",
              "1/6",
              "large transformers that wait for memory",
              "no samples; opset 21; ONNX Runtime's fused kernel rounds activations to 8 bits",
              ANY.mode(Mode.WEIGHTS).weights(DType.INT4).granularity(new Granularity.PerBlock(32))),
          new NamedRecipe(
              "int4-block128-mse",
              "1/7",
              "large transformers, smaller than weights-int4 with fewer scales",
              "no samples; opset 21; the search for scales takes longer",
              ANY.mode(Mode.WEIGHTS)
                  .weights(DType.INT4)
                  .granularity(new Granularity.PerBlock(128))
                  .search(new ScaleSearch.SquaredError())),
          new NamedRecipe(
              "codebook4",
              "1/6",
              "4 bits whose levels are fitted to each weight",
              "no samples; packed in the file, float in memory; fitting takes longer",
              ANY.mode(Mode.WEIGHTS)
                  .weights(RecipeWords.weights("codebook:4"))
                  .granularity(new Granularity.PerBlock(32))),
          new NamedRecipe(
              "nf4",
              "1/6",
              "4 bits with levels for normally distributed weights",
              "no samples; packed in the file, float in memory",
              ANY.mode(Mode.WEIGHTS)
                  .weights(RecipeWords.weights("nf4"))
                  .granularity(new Granularity.PerBlock(32))),
          new NamedRecipe(
              "fp8-e4m3",
              "1/4",
              "8 bits for weights of widely different sizes",
              "no samples; packed in the file, float in memory",
              ANY.mode(Mode.WEIGHTS).weights(RecipeWords.weights("fp8-e4m3"))),
          new NamedRecipe(
              "nvfp4",
              "1/7",
              "weights in the 4-bit blocks of 16 of NVIDIA's hardware",
              "no samples; packed in the file, float in memory",
              ANY.mode(Mode.WEIGHTS).weights(RecipeWords.weights("nvfp4"))),
          new NamedRecipe(
              "fp16",
              "1/2",
              "GPUs and other hardware with half-precision arithmetic",
              "no samples; values beyond 65504 stay in float; slow on most CPUs",
              ANY.mode(Mode.FP16)),
          new NamedRecipe(
              "bf16",
              "1/2",
              "storage with the range of float",
              "no samples; ONNX Runtime's CPU has no bfloat16 kernels, so weights are cast to float"
                  + " as they are used",
              ANY.mode(Mode.BF16)));

  /** Every recipe that has a name. */
  public static List<NamedRecipe> all() {
    return ALL;
  }

  static NamedRecipe named(String name) {
    return ALL.stream()
        .filter(recipe -> recipe.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no recipe '%s'; there are %s"
                        .formatted(
                            name,
                            ALL.stream()
                                .map(NamedRecipe::name)
                                .collect(Collectors.joining(", ")))));
  }
}
