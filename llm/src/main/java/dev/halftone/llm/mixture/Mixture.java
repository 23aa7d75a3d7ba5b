package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.number.gguf.BlockType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a whole file is quantized to: a base type that most matrices get, and by its name the rules
 * for the others. Names and numbers are those of llama.cpp.
 */
public enum Mixture {
  F32(0, Plain.F32),
  F16(1, BlockType.F16),
  BF16(32, BlockType.BF16),
  Q1_0(40, BlockType.Q1_0),
  Q2_0(41, BlockType.Q2_0),
  Q4_0(2, BlockType.Q4_0),
  Q4_1(3, BlockType.Q4_1),
  Q5_0(8, BlockType.Q5_0),
  Q5_1(9, BlockType.Q5_1),
  Q8_0(7, BlockType.Q8_0),
  Q2_K_S(21, BlockType.Q2_K),
  Q2_K(10, BlockType.Q2_K),
  Q3_K_S(11, BlockType.Q3_K),
  Q3_K_M(12, BlockType.Q3_K),
  Q3_K_L(13, BlockType.Q3_K),
  Q4_K_S(14, BlockType.Q4_K),
  Q4_K_M(15, BlockType.Q4_K),
  Q5_K_S(16, BlockType.Q5_K),
  Q5_K_M(17, BlockType.Q5_K),
  Q6_K(18, BlockType.Q6_K),
  IQ1_S(24, BlockType.IQ1_S),
  IQ1_M(31, BlockType.IQ1_M),
  IQ2_XXS(19, BlockType.IQ2_XXS),
  IQ2_XS(20, BlockType.IQ2_XS),
  IQ2_S(28, BlockType.IQ2_XS),
  IQ2_M(29, BlockType.IQ2_S),
  IQ3_XXS(23, BlockType.IQ3_XXS),
  IQ3_XS(22, BlockType.IQ3_S),
  IQ3_S(26, BlockType.IQ3_S),
  IQ3_M(27, BlockType.IQ3_S),
  IQ4_NL(25, BlockType.IQ4_NL),
  IQ4_XS(30, BlockType.IQ4_XS),
  TQ1_0(36, BlockType.TQ1_0),
  TQ2_0(37, BlockType.TQ2_0),
  MXFP4_MOE(38, BlockType.MXFP4),
  NVFP4(39, BlockType.NVFP4),

  /** Every tensor as it is; the number is that of the file read. */
  COPY(0, Plain.F32);

  private final int fileType;
  private final TensorType base;

  Mixture(int fileType, BlockType base) {
    this(fileType, new TensorType.Blocks(base));
  }

  Mixture(int fileType, TensorType base) {
    this.fileType = fileType;
    this.base = base;
  }

  /**
   * The mixture of a name, in upper or lower case; {@code Q3_K}, {@code Q4_K} and {@code Q5_K} are
   * the middle ones of theirs.
   */
  public static Optional<Mixture> ofName(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    String full =
        switch (upper) {
          case "Q3_K", "Q4_K", "Q5_K" -> upper + "_M";
          default -> upper;
        };
    return Arrays.stream(values()).filter(mixture -> mixture.name().equals(full)).findFirst();
  }

  /** Number of the mixture under {@code general.file_type}. */
  public int fileType() {
    return fileType;
  }

  /** The type of a matrix that no rule is about. */
  public TensorType base() {
    return base;
  }
}
