package dev.halftone.llm.huggingface;

import dev.halftone.llm.json.JsonFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How messages of a chat become one text. */
final class ChatTemplate {
  private static final String KEY = "chat_template";

  private ChatTemplate() {}

  /** The file's text, or that of the tokenizer's settings; of several the default one. */
  static Optional<String> find(Path file, Optional<JsonFile> settings) {
    if (Files.exists(file)) return Optional.of(text(file));
    return settings.filter(one -> one.find(KEY).isPresent()).flatMap(ChatTemplate::find);
  }

  private static Optional<String> find(JsonFile settings) {
    if (!settings.find(KEY).orElseThrow().isArray()) return settings.textIfAny(KEY);
    return settings.objects(KEY).stream()
        .filter(one -> one.text("name").equals("default"))
        .map(one -> one.text("template"))
        .findFirst();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
