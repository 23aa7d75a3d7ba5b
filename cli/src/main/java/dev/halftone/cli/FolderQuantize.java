package dev.halftone.cli;

import dev.halftone.llm.huggingface.ModelPlace;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.packed.FolderPlan;
import dev.halftone.toolkit.packed.FolderWriter;
import dev.halftone.toolkit.packed.PackedScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The main job for safetensors that become safetensors, in the layout of compressed-tensors:
 * folders or files.
 */
final class FolderQuantize {
  /** Options of {@code quantize} that mean something here, besides those of every command. */
  private static final Set<String> OWN =
      Set.of(
          "--output",
          "--dry-run",
          "--weights",
          "--mode",
          "--granularity",
          "--symmetric",
          "--asymmetric",
          "--restricted-range",
          "--full-range",
          "--search",
          "--scales",
          "--include",
          "--exclude");

  private static final String ENDING = ".safetensors";

  private final CommandSpec spec;
  private final RecipeOptions recipe;
  private final CommonOptions common;
  private final Console console;

  FolderQuantize(CommandSpec spec, RecipeOptions recipe, CommonOptions common, Console console) {
    this.spec = spec;
    this.recipe = recipe;
    this.common = common;
    this.console = console;
  }

  /** Whether this is meant and not a GGUF file: safetensors, to types that GGUF has not. */
  static boolean takes(Path model, @Nullable String weights) {
    return ModelPlace.takes(model) && element(weights).isPresent();
  }

  private static Optional<PackedScheme.Element> element(@Nullable String weights) {
    return Optional.ofNullable(weights).flatMap(PackedScheme.Element::ofWord);
  }

  int run(Path model, @Nullable Path output, boolean dryRun) {
    Clock clock = Clock.start();
    Usage.refuseOptions(
        spec,
        name ->
            OWN.contains(name)
                || CommonOptions.NAMES.contains(name)
                || name.equals(ReportOption.NAME),
        "safetensors");
    checkOutput(output, dryRun);
    PackedScheme scheme =
        Usage.checked(spec, () -> recipe.packed(element(recipe.weights()).orElseThrow()));
    console.checkWritable();
    FolderPlan plan =
        FolderPlan.of(model, scheme, recipe.include(), recipe.exclude(), fileName(model, output));
    if (output != null) OutputPaths.refuseInput(spec, output, plan.sources());
    List<OptionalDouble> errors = List.of();
    if (!dryRun && output != null) {
      try (Bars bars = console.bars()) {
        errors =
            FolderWriter.write(
                plan, output, common.threads(), bars.bytes("quantize", plan.bytesBefore()));
      }
    }
    FolderReport report = new FolderReport(plan, output, errors);
    RunRecord.Builder record = report.record();
    if (console.wantsRecord()) {
      record.model(ModelFile.ofParts(plan.sources()));
      if (!dryRun && output != null) record.output(ModelFile.ofParts(plan.weightFiles(output)));
    }
    record.provenance(Provenance.here(common.seed(), common.threads(), null, null));
    clock.stop(record);
    RunRecord built = record.build();
    console.sayAll(report.lines(built));
    console.write(built);
    return ExitCode.DONE;
  }

  private void checkOutput(@Nullable Path output, boolean dryRun) {
    if (output == null && !dryRun)
      throw new ParameterException(
          spec.commandLine(), "-o OUT is missing: where shall the result go?");
    if (output != null && output.toString().endsWith(".gguf"))
      throw new ParameterException(
          spec.commandLine(),
          "--weights %s makes safetensors, and %s is a GGUF file by its name"
              .formatted(recipe.weights(), output));
  }

  /**
   * Name of the file that the result is: of an output that ends as such files do, and where there
   * is no output, of a file. Empty for a folder.
   */
  static Optional<String> fileName(Path model, @Nullable Path output) {
    Path named = output == null ? model : output;
    boolean file = output == null ? ModelPlace.isFile(model) : output.toString().endsWith(ENDING);
    return file ? Optional.of(String.valueOf(named.getFileName())) : Optional.empty();
  }
}
