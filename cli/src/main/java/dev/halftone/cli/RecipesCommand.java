package dev.halftone.cli;

import dev.halftone.toolkit.NamedRecipe;
import dev.halftone.toolkit.NamedRecipe.Measured;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RecipeSchema;
import dev.halftone.toolkit.RunRecord;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the recipes that come with Halftone, or prints one as a file. */
@Command(
    name = "recipes",
    header = "List the built-in recipes, what they are for and what they cost, or print one.",
    customSynopsis = "halftone recipes [NAME | --schema] [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone recipes",
      "  halftone recipes weights-int4 > mine.yaml",
      "  halftone quantize model.onnx --recipe mine.yaml -o model.int4.onnx",
      "  halftone recipes --schema > recipe.schema.json"
    })
final class RecipesCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description =
          "Print this recipe as a file with all that it says, to save, edit and give to --recipe;"
              + " without it, list all.")
  private @Nullable String name;

  @Option(
      names = "--schema",
      description =
          "Print the JSON schema of recipe files, for editors that check them as they are typed.")
  private boolean schema;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Console console = common.console();
    console.checkWritable();
    RunRecord.Builder record =
        schema ? printSchema(console) : name == null ? list(console) : print(name, console);
    console.write(
        record.provenance(Provenance.here(common.seed(), common.threads(), null, null)).build());
    return ExitCode.DONE;
  }

  private static RunRecord.Builder list(Console console) {
    console.sayAll(RecipeTable.lines(NamedRecipe.all()));
    console.say("");
    console.say(
        "size: of the file, next to FP32; answers: how many stay the same (docs/formats.md)");
    console.say("'halftone recipes NAME' prints one to save, edit and give to --recipe");
    return record(NamedRecipe.all());
  }

  private RunRecord.Builder print(String wanted, Console console) {
    NamedRecipe recipe = Usage.checked(spec, () -> NamedRecipe.named(wanted));
    recipe.yaml().lines().forEach(console::say);
    return record(List.of(recipe)).recipe(recipe.resolved());
  }

  private RunRecord.Builder printSchema(Console console) {
    if (name != null)
      throw new ParameterException(spec.commandLine(), "--schema is of all recipes, without NAME");
    RecipeSchema.text().lines().forEach(console::say);
    return record(NamedRecipe.all());
  }

  private static RunRecord.Builder record(List<NamedRecipe> recipes) {
    return RunRecord.of("recipes")
        .section("recipes", recipes.stream().map(RecipesCommand::fields).toList());
  }

  private static Map<String, Object> fields(NamedRecipe recipe) {
    return Map.of(
        "name", recipe.name(),
        "size", recipe.size(),
        "purpose", recipe.purpose(),
        "cost", recipe.cost(),
        "yaml", recipe.yaml(),
        "measured",
            Map.of("squeezenet", fields(recipe.squeezeNet()), "resnet8", fields(recipe.resNet8())));
  }

  private static Map<String, Object> fields(Measured measured) {
    return Map.of("size_percent", measured.size(), "agreement_percent", measured.agreement());
  }
}
