package dev.halftone.cli;

import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.llm.importance.ImportanceMatrix;
import dev.halftone.llm.mixture.Mixture;
import dev.halftone.llm.mixture.MixtureRequest;
import dev.halftone.llm.mixture.TypeRule;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked of the quantization of a GGUF file. */
final class CheckpointOptions {
  /** The names of all options below. */
  static final List<String> NAMES =
      List.of(
          "--imatrix",
          "--pure",
          "--tensor-type",
          "--output-tensor-type",
          "--token-embedding-type",
          "--leave-output-tensor",
          "--allow-requantize",
          "--keep-split");

  /** What is taken where nothing is asked for: small, and still close to the original. */
  private static final Mixture DEFAULT = Mixture.Q4_K_M;

  @Option(
      names = "--imatrix",
      paramLabel = "FILE",
      description =
          "GGUF: importance of the weights' columns, as llama.cpp measures it (GGUF or older form);"
              + " may be repeated, several count as measured together.")
  private List<Path> importance = List.of();

  @Option(
      names = "--pure",
      description = "GGUF: every matrix as the same type, without the rules of the mixture.")
  private boolean pure;

  @Option(
      names = "--tensor-type",
      paramLabel = "PATTERN=TYPE",
      description =
          "GGUF: tensors whose names have a match of the regular expression as TYPE; may be"
              + " repeated, the first that matches decides.")
  private List<String> rules = List.of();

  @Option(
      names = "--output-tensor-type",
      paramLabel = "TYPE",
      description = "GGUF: output.weight as TYPE.")
  private @Nullable String output;

  @Option(
      names = "--token-embedding-type",
      paramLabel = "TYPE",
      description = "GGUF: token embeddings as TYPE.")
  private @Nullable String embeddings;

  @Option(names = "--leave-output-tensor", description = "GGUF: output.weight stays as it is.")
  private boolean leaveOutput;

  @Option(
      names = "--allow-requantize",
      description =
          "GGUF: quantize again what is quantized already, which is worse than to start from the"
              + " original.")
  private boolean requantize;

  @Option(
      names = "--keep-split",
      description = "GGUF: as many files as the model has, OUT-00001-of-0000N.gguf.")
  private boolean keepSplit;

  /**
   * The importance weights; empty if there are none.
   *
   * @throws dev.halftone.graph.BadInputException if a file is not sound
   */
  Optional<ImportanceMatrix> importance() {
    if (importance.isEmpty()) return Optional.empty();
    return Optional.of(
        ImportanceMatrix.merge(importance.stream().map(ImportanceMatrix::read).toList()));
  }

  /**
   * The request that the options make.
   *
   * @param weights the mixture's name; null for the default
   * @throws IllegalArgumentException if there is no such mixture or type, or a pattern is none
   */
  MixtureRequest request(@Nullable String weights) {
    return new MixtureRequest(
        weights == null ? DEFAULT : mixture(weights),
        pure,
        type("--output-tensor-type", output),
        type("--token-embedding-type", embeddings),
        rules.stream().map(TypeRule::parse).toList(),
        leaveOutput,
        requantize,
        keepSplit);
  }

  private static Mixture mixture(String name) {
    return Mixture.ofName(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--weights: '%s' is no type of GGUF files; there are %s"
                        .formatted(
                            name,
                            Arrays.stream(Mixture.values())
                                .map(Enum::name)
                                .collect(Collectors.joining(", ")))));
  }

  private static Optional<TensorType> type(String option, @Nullable String name) {
    if (name == null) return Optional.empty();
    TensorType type =
        TensorType.ofName(name)
            .orElseThrow(
                () -> new IllegalArgumentException("%s: there is no %s".formatted(option, name)));
    return Optional.of(type);
  }
}
