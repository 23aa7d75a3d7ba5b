package dev.halftone.llm.huggingface;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a tokenizer.json does to text before and after its model does: {@code normalizer}, {@code
 * pre_tokenizer}, {@code post_processor}, each one step or a sequence of them.
 */
record TextSteps(JsonFile tokenizer) {
  /** What stands for a space in pieces. */
  private static final String SPACE = "\u2581";

  private List<JsonFile> steps(String key, String list) {
    List<JsonFile> steps = new ArrayList<>();
    tokenizer
        .object(key)
        .ifPresent(
            first -> {
              if (isA(first, "Sequence")) steps.addAll(first.objects(list));
              else steps.add(first);
            });
    return steps;
  }

  /** The steps that change text. */
  private List<JsonFile> normalizers() {
    return steps("normalizer", "normalizers");
  }

  /** The steps that cut text. */
  List<JsonFile> cuts() {
    return steps("pre_tokenizer", "pretokenizers");
  }

  static boolean isA(JsonFile step, String type) {
    return step.text("type").equals(type);
  }

  /** Whether pairs are joined of bytes that are written as letters, and not of letters. */
  boolean isOverBytes() {
    return cuts().stream().anyMatch(step -> isA(step, "ByteLevel"));
  }

  /**
   * Whether a text gets a space before it.
   *
   * @throws UnsupportedModelException if spaces become something that GGUF's readers do not know
   */
  boolean addsPrefix() {
    for (JsonFile step : cuts()) {
      if (!isA(step, "Metaspace")) continue;
      String replacement = step.textIfAny("replacement").orElse(SPACE);
      if (!replacement.equals(SPACE))
        throw new UnsupportedModelException(
            tokenizer.file(), "spaces are written as \"%s\"".formatted(replacement));
      return step.textIfAny("prepend_scheme")
          .map(scheme -> !scheme.equals("never"))
          .orElseGet(() -> step.flag("add_prefix_space", true));
    }
    return normalizers().stream()
        .anyMatch(step -> isA(step, "Prepend") && step.text("prepend").equals(SPACE));
  }

  /** Whether several spaces become one. */
  boolean joinsSpaces() {
    return normalizers().stream()
        .filter(step -> isA(step, "Replace"))
        .flatMap(step -> step.object("pattern").stream())
        .anyMatch(pattern -> pattern.textIfAny("Regex").orElse("").equals(" {2,}"));
  }

  /** SentencePiece's table of what letters become; empty if there is none. */
  byte[] letters() {
    for (JsonFile step : normalizers()) {
      if (!isA(step, "Precompiled")) continue;
      String key = "precompiled_charsmap";
      Optional<String> table = step.textIfAny(key);
      try {
        return table.isEmpty() ? new byte[0] : Base64.getDecoder().decode(table.get());
      } catch (IllegalArgumentException e) {
        throw step.malformed(key, "is not base 64");
      }
    }
    return new byte[0];
  }

  /** Which token comes first, and which last, of those that a template puts around a text. */
  boolean isPut(boolean first) {
    for (JsonFile step : steps("post_processor", "processors")) {
      if (!isA(step, "TemplateProcessing")) continue;
      List<JsonFile> parts = step.objects("single");
      if (parts.size() < 2) return false;
      JsonNode end = (first ? parts.getFirst() : parts.getLast()).json();
      return end.has("SpecialToken");
    }
    return false;
  }
}
