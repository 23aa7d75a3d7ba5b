package dev.halftone.toolkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What may stand in a recipe file, for editors and other programs. */
public final class RecipeSchema {
  private static final String RESOURCE = "recipe.schema.json";

  private RecipeSchema() {}

  /** A JSON schema (draft 2020-12), {@value #RESOURCE} beside this class. */
  public static String text() {
    try (InputStream in =
        Objects.requireNonNull(RecipeSchema.class.getResourceAsStream(RESOURCE))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
