package dev.halftone.toolkit;

import dev.halftone.recipe.Recipe;
import java.util.List;

/**
 * A recipe in which nothing is left to be guessed.
 *
 * @param name of the built-in recipe it started from, empty when from none
 * @param notes choices that were made for the caller, with their reason, in plain words
 */
public record ResolvedRecipe(String name, Recipe recipe, Target target, List<String> notes) {
  public ResolvedRecipe {
    notes = List.copyOf(notes);
  }
}
