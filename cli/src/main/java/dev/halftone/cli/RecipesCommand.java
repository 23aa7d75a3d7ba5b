package dev.halftone.cli;

import dev.halftone.toolkit.NamedRecipe;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the recipes that come with Halftone. */
@Command(
    name = "recipes",
    header = "List the built-in recipes, what they are for and what they cost.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone recipes",
      "  halftone quantize model.onnx --recipe weights-int4 -o model.int4.onnx"
    })
final class RecipesCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    Console console = common.console();
    console.checkWritable();
    for (NamedRecipe recipe : NamedRecipe.all()) {
      console.say(
          "%-17s %s of the size; %s".formatted(recipe.name(), recipe.size(), recipe.purpose()));
      console.say("%-17s %s".formatted("", recipe.cost()));
    }
    console.write(
        RunRecord.of("recipes")
            .section("recipes", NamedRecipe.all().stream().map(RecipesCommand::fields).toList())
            .provenance(Provenance.here(common.seed(), common.threads(), null, null))
            .build());
    return ExitCode.DONE;
  }

  private static Map<String, Object> fields(NamedRecipe recipe) {
    return Map.of(
        "name",
        recipe.name(),
        "size",
        recipe.size(),
        "purpose",
        recipe.purpose(),
        "cost",
        recipe.cost());
  }
}
