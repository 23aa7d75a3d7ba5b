package dev.halftone.cli;

import dev.halftone.toolkit.NamedRecipe;
import dev.halftone.toolkit.NamedRecipe.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The built-in recipes as the lines of a table, two for each. */
final class RecipeTable {
  private final int width;

  private RecipeTable(List<NamedRecipe> recipes) {
    this.width = recipes.stream().mapToInt(recipe -> recipe.name().length()).max().orElse(0);
  }

  static List<String> lines(List<NamedRecipe> recipes) {
    RecipeTable table = new RecipeTable(recipes);
    List<String> lines = new ArrayList<>();
    lines.add(table.row("", "", " SqueezeNet 1.1", "       ResNet-8", ""));
    lines.add(table.row("recipe", "size", "  size  answers", "  size  answers", "good for; cost"));
    for (NamedRecipe recipe : recipes) {
      String squeezeNet = figures(recipe.squeezeNet());
      String resNet8 = figures(recipe.resNet8());
      lines.add(table.row(recipe.name(), recipe.size(), squeezeNet, resNet8, recipe.purpose()));
      lines.add(table.row("", "", "", "", recipe.cost()));
    }
    return lines;
  }

  private static String figures(Measured measured) {
    return String.format(Locale.ROOT, "%4.1f %%  %5.1f %%", measured.size(), measured.agreement());
  }

  private String row(String name, String size, String squeezeNet, String resNet8, String text) {
    return ("%-" + width + "s  %4s  %-15s  %-15s  %s")
        .formatted(name, size, squeezeNet, resNet8, text)
        .stripTrailing();
  }
}
