package dev.halftone.maven;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A command line in the making: what is not configured is left to Halftone's defaults. */
final class Arguments {
  private final List<String> words = new ArrayList<>();

  Arguments word(String word) {
    words.add(word);
    return this;
  }

  Arguments option(String name, @Nullable Object value) {
    if (value == null) return this;
    words.add(name);
    words.add(value instanceof File file ? file.getPath() : value.toString());
    return this;
  }

  Arguments words(List<String> more) {
    words.addAll(more);
    return this;
  }

  List<String> list() {
    return List.copyOf(words);
  }
}
