package dev.halftone.toolkit;

import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.tensor.DType;
import java.util.List;

/**
 * A recipe that comes with Halftone.
 *
 * @param size what the file becomes, as a share of FP32
 * @param purpose what it is for
 * @param cost what it asks of the user and of the runtime
 * @param squeezeNet what it made of SqueezeNet 1.1 on photos, see docs/formats.md
 * @param resNet8 what it made of ResNet-8 on CIFAR-10, likewise
 */
public record NamedRecipe(
    String name,
    String size,
    String purpose,
    String cost,
    Measured squeezeNet,
    Measured resNet8,
    RecipeRequest request) {
  /**
   * Facts of a run of {@code halftone sweep}.
   *
   * @param size of the file, in per cent of FP32's
   * @param agreement answers that stayed the same, in per cent
   */
  public record Measured(double size, double agreement) {}

  private static final RecipeRequest ANY = RecipeRequest.automatic();

  private static final List<NamedRecipe> ALL =
      List.of(
          new NamedRecipe(
              "static-int8",
              "1/4",
              "convolutional and dense networks: the fastest on CPUs, phones and TensorRT",
              "wants 100 or so real samples to calibrate on",
              new Measured(26.6, 96.6),
              new Measured(29.9, 97.8),
              ANY.mode(Mode.STATIC).weights(DType.INT8)),
          new NamedRecipe(
              "static-int16",
              "1/4",
              "activations that 8 bits cannot hold (regression, audio, super-resolution)",
              "wants samples; opset 21; ONNX Runtime's CPU computes most of it in float",
              new Measured(26.8, 97.4),
              new Measured(30.5, 98.3),
              ANY.mode(Mode.STATIC).weights(DType.INT8).activations(DType.INT16).symmetric(true)),
          new NamedRecipe(
              "dynamic-int8",
              "1/4",
              "transformers and recurrent networks on CPUs",
              "no samples; ranges are computed at each run",
              new Measured(25.9, 97.4),
              new Measured(26.8, 98.3),
              ANY.mode(Mode.DYNAMIC).weights(DType.INT8)),
          new NamedRecipe(
              "weights-int8",
              "1/4",
              "a small file with outputs next to the original's",
              "no samples; computes in float",
              new Measured(25.9, 97.4),
              new Measured(26.7, 98.4),
              ANY.mode(Mode.WEIGHTS).weights(DType.INT8).granularity(new Granularity.PerChannel())),
          new NamedRecipe(
              "weights-int4",
              "1/6",
              "large transformers that wait for memory",
              "no samples; opset 21; ONNX Runtime's fused kernel rounds activations to 8 bits",
              new Measured(16.6, 66.3),
              new Measured(18.5, 51.7),
              ANY.mode(Mode.WEIGHTS).weights(DType.INT4).granularity(new Granularity.PerBlock(32))),
          new NamedRecipe(
              "int4-block128-mse",
              "1/7",
              "large transformers, smaller than weights-int4 with fewer scales",
              "no samples; opset 21; the search for scales takes longer",
              new Measured(14.3, 62.6),
              new Measured(16.5, 30.6),
              ANY.mode(Mode.WEIGHTS)
                  .weights(DType.INT4)
                  .granularity(new Granularity.PerBlock(128))
                  .search(new ScaleSearch.SquaredError())),
          new NamedRecipe(
              "codebook4",
              "1/6",
              "4 bits whose levels are fitted to each weight",
              "no samples; packed in the file, float in memory; fitting takes longer",
              new Measured(16.6, 71.8),
              new Measured(18.8, 71.7),
              ANY.mode(Mode.WEIGHTS)
                  .weights(RecipeWords.weights("codebook:4"))
                  .granularity(new Granularity.PerBlock(32))),
          new NamedRecipe(
              "nf4",
              "1/6",
              "4 bits with levels for normally distributed weights",
              "no samples; packed in the file, float in memory",
              new Measured(16.6, 69.3),
              new Measured(18.6, 64.6),
              ANY.mode(Mode.WEIGHTS)
                  .weights(RecipeWords.weights("nf4"))
                  .granularity(new Granularity.PerBlock(32))),
          new NamedRecipe(
              "fp8-e4m3",
              "1/4",
              "8 bits for weights of widely different sizes",
              "no samples; packed in the file, float in memory",
              new Measured(25.9, 90.7),
              new Measured(26.7, 89.1),
              ANY.mode(Mode.WEIGHTS).weights(RecipeWords.weights("fp8-e4m3"))),
          new NamedRecipe(
              "nvfp4",
              "1/7",
              "weights in the 4-bit blocks of 16 of NVIDIA's hardware",
              "no samples; packed in the file, float in memory",
              new Measured(15.1, 65.3),
              new Measured(17.8, 50.9),
              ANY.mode(Mode.WEIGHTS).weights(RecipeWords.weights("nvfp4"))),
          new NamedRecipe(
              "fp16",
              "1/2",
              "GPUs and other hardware with half-precision arithmetic",
              "no samples; values beyond 65504 stay in float; slow on most CPUs",
              new Measured(50.1, 100.0),
              new Measured(49.6, 99.7),
              ANY.mode(Mode.FP16)),
          new NamedRecipe(
              "bf16",
              "1/2",
              "storage with the range of float",
              "no samples; ONNX Runtime's CPU has no bfloat16 kernels, so weights are cast to float"
                  + " as they are used",
              new Measured(50.2, 99.3),
              new Measured(50.1, 99.2),
              ANY.mode(Mode.BF16)));

  /** Every recipe that has a name. */
  public static List<NamedRecipe> all() {
    return ALL;
  }

  /**
   * The recipe of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are, the
   *     most similar name first
   */
  public static NamedRecipe named(String name) {
    return ALL.stream()
        .filter(recipe -> recipe.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no recipe '%s'; there are, the most similar first, %s"
                        .formatted(name, String.join(", ", ClosestNames.to(name, names())))));
  }

  static List<String> names() {
    return ALL.stream().map(NamedRecipe::name).toList();
  }

  /**
   * A recipe file that says all that the recipe does, to save and edit. Given to {@link
   * RecipeRequest#file} it resolves to the same as the name, whatever the target: what depends on
   * that stands in it as comments.
   */
  public String yaml() {
    return NamedRecipeYaml.of(this);
  }

  /** What it comes to on this machine. */
  public ResolvedRecipe resolved() {
    return RecipeResolver.withoutModel(RecipeRequest.named(name));
  }
}
