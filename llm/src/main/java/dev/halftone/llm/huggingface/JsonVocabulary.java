package dev.halftone.llm.huggingface;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The vocabulary of a tokenizer.json, and how text is made ready for it.
 *
 * @param spaces empty where GGUF's readers know without being told
 */
record JsonVocabulary(
    Vocabulary vocabulary, TextSteps steps, boolean overBytes, Optional<SpaceKeys> spaces) {
  static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

  /**
   * The vocabulary of {@code size} tokens.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not sound, or has a token
   *     beyond the end
   * @throws UnsupportedModelException if it is of a kind that llama.cpp does not know
   */
  static JsonVocabulary read(Path path, Architecture architecture, int size) {
    JsonFile file = JsonFile.read(path);
    JsonFile model = file.object("model").orElseThrow(() -> file.malformed("model", "is missing"));
    TextSteps steps = new TextSteps(file);
    boolean overBytes = steps.isOverBytes();
    String type =
        model.textIfAny("type").orElse(model.find("merges").isPresent() ? "BPE" : "Unigram");
    return switch (type) {
      case "BPE" -> {
        boolean fallback = !overBytes && model.flag("byte_fallback", false);
        Vocabulary vocabulary =
            fallback
                ? FallbackPairs.read(file, model, size)
                : BytePairs.read(file, model, architecture, size);
        yield new JsonVocabulary(vocabulary, steps, overBytes, Optional.empty());
      }
      case "Unigram" ->
          new JsonVocabulary(
              Unigrams.read(file, model, size),
              steps,
              overBytes,
              Optional.of(new SpaceKeys(steps.addsPrefix(), steps.joinsSpaces(), steps.letters())));
      default ->
          throw new UnsupportedModelException(
              path, "a tokenizer of type %s, expected BPE or Unigram".formatted(type));
    };
  }

  /** Keys that come before those of special tokens. */
  void addSpaces(Keys keys) {
    spaces.ifPresent(known -> known.add(keys));
    boolean unprefixed = spaces.isEmpty() && !overBytes && !steps.addsPrefix();
    if (unprefixed) keys.addIfAbsent("tokenizer.ggml.add_space_prefix", false);
  }

  /** What is unknown, and what a template puts around texts, where the settings do not say. */
  void addEnds(Keys keys) {
    if (overBytes) return;
    vocabulary.unknown().ifPresent(id -> keys.addIfAbsent(UNKNOWN, id));
    keys.addIfAbsent("tokenizer.ggml.add_bos_token", steps.isPut(true));
    keys.addIfAbsent("tokenizer.ggml.add_eos_token", steps.isPut(false));
  }
}
