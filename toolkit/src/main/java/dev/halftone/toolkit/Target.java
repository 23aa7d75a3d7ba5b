package dev.halftone.toolkit;

import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Hardware that the model is made for, and so which number formats run fast there.
 *
 * @param activations element type of activations in static mode
 * @param symmetricActivations whether activations must have their zero point at zero
 * @param reduceRange whether 8-bit weights must be smaller, since the CPU adds two 8-bit products
 *     in 16 bits that saturate: 2 · 255 · 127 = 64770 is more than 32767, and 2 · 255 · 64 = 32640
 *     is not
 * @param processor whose speeds decide what stays in float
 * @param reason why, in one sentence
 */
public record Target(
    String name,
    String summary,
    DType activations,
    boolean symmetricActivations,
    boolean reduceRange,
    Processor processor,
    String reason) {

  private static final Target X86_VNNI =
      new Target(
          "x86-vnni",
          "x86-64 with AVX-512 VNNI or AVX-VNNI",
          DType.UINT8,
          false,
          false,
          Processor.X86_VNNI,
          "uint8 × int8 is what its instructions multiply; int8 × int8 is several times slower in"
              + " ONNX Runtime");

  private static final Target X86_AMX =
      new Target(
          "x86-amx",
          "x86-64 with AMX: servers from Sapphire Rapids on",
          DType.UINT8,
          false,
          false,
          Processor.X86_AMX,
          "as x86-vnni, with float units so wide that small networks stay in float");

  private static final Target X86_AVX2 =
      new Target(
          "x86-avx2",
          "x86-64 without VNNI",
          DType.UINT8,
          false,
          true,
          Processor.X86_AVX2,
          "uint8 × int8 with smaller weights, since sums of two products saturate at 16 bits");

  private static final Target ARM64 =
      new Target(
          "arm64",
          "64-bit ARM: phones, Apple silicon, Graviton",
          DType.INT8,
          false,
          false,
          Processor.X86_VNNI,
          "int8 × int8 is what its instructions multiply");

  private static final Target TENSORRT =
      new Target(
          "tensorrt",
          "NVIDIA GPUs through TensorRT",
          DType.INT8,
          true,
          false,
          Processor.ANY,
          "TensorRT takes int8 with zero points of zero only");

  /**
   * Whether a model made by the recipe would compute with sums that saturate here: it has been made
   * for another kind of processor.
   */
  public boolean saturates(Recipe recipe) {
    boolean integers = recipe.mode() == Mode.STATIC || recipe.mode() == Mode.DYNAMIC;
    return reduceRange
        && integers
        && !recipe.reduceRange()
        && recipe.weights().equals(new WeightFormat.Element(DType.INT8))
        && recipe.activations().bits() == 8;
  }

  /** Every profile that has a name. */
  public static List<Target> all() {
    return List.of(X86_VNNI, X86_AMX, X86_AVX2, ARM64, TENSORRT);
  }

  /**
   * The profile of that name; {@code auto} is the one for this machine's processor.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static Target named(String name) {
    if (name.equals("auto")) return of(Cpu.detect());
    return all().stream()
        .filter(target -> target.name.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no target '%s'; there are auto, %s"
                        .formatted(
                            name,
                            all().stream().map(Target::name).collect(Collectors.joining(", ")))));
  }

  /**
   * What runs fast on the processor. Where extensions cannot be seen, and on unknown ones, the
   * formats that are right everywhere.
   */
  public static Target of(Cpu cpu) {
    if (cpu.isArm64()) return ARM64;
    if (cpu.hasAmx()) return X86_AMX;
    return cpu.hasVnni() ? X86_VNNI : X86_AVX2;
  }
}
