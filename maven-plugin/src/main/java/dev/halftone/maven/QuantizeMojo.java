package dev.halftone.maven;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Quantizes a model, judges the result beside the original and fails the build when a gate is
 * missed; then no result is kept. Does nothing when model, samples, recipe, options and Halftone
 * are those of the last build and its results are still there.
 */
@Mojo(
    name = "quantize",
    defaultPhase = LifecyclePhase.PROCESS_RESOURCES,
    threadSafe = true,
    requiresProject = true)
public final class QuantizeMojo extends HalftoneMojo {
  /** The file to write, such as {@code ${project.build.outputDirectory}/model.onnx}. */
  @Parameter(required = true)
  private File output;

  /** A built-in recipe, or a file {@code NAME.yaml}, as {@code --recipe}. */
  @Parameter private @Nullable String recipe;

  /** static, dynamic, weights, fp16 or bf16, as {@code --mode}. */
  @Parameter private @Nullable String mode;

  /** Hardware that the model is for, as {@code --target}; default: the machine that builds. */
  @Parameter(property = "halftone.target")
  private @Nullable String hardware;

  /** Samples to judge by, as {@code --eval-data}; default: {@code data}. */
  @Parameter private @Nullable String evalData;

  /** Labels of the samples to judge by, as {@code --eval-labels}. */
  @Parameter private @Nullable String evalLabels;

  /** Part of the samples to judge by, as {@code --eval-rows}. */
  @Parameter private @Nullable String evalRows;

  @Override
  String command() {
    return "quantize";
  }

  @Override
  void configure(Arguments arguments) {
    arguments
        .option("--output", output)
        .option("--recipe", recipe)
        .option("--mode", mode)
        .option("--target", hardware)
        .option("--eval-data", evalData)
        .option("--eval-labels", evalLabels)
        .option("--eval-rows", evalRows);
  }

  @Override
  List<Path> models() {
    return List.of();
  }

  @Override
  List<String> samples() {
    return Stream.of(recipe, evalData, evalLabels)
        .flatMap(value -> Optional.ofNullable(value).stream())
        .toList();
  }

  @Override
  Optional<Path> output() {
    return Optional.of(output.toPath().toAbsolutePath().normalize());
  }
}
