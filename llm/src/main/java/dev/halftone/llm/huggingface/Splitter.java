package dev.halftone.llm.huggingface;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.util.List;
import java.util.Optional;

/**
 * How text is cut before pairs are joined, by llama.cpp's names. Its converter knows tokenizers by
 * a hash of what they make of a text; here they are told by the regular expression that they cut
 * with, and where several names stand for the same one, by the architecture.
 */
final class Splitter {
  private static final String QWEN2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|";
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|";
  private static final String UPPER_FIRST =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";

  private Splitter() {}

  /**
   * @throws UnsupportedModelException if llama.cpp's name for it is not known
   */
  static String name(JsonFile tokenizer, Architecture architecture) {
    TextSteps steps = new TextSteps(tokenizer);
    if (!steps.isOverBytes())
      throw new UnsupportedModelException(
          tokenizer.file(), "byte pairs that are neither over bytes nor fall back to them");
    List<JsonFile> cuts =
        steps.cuts().stream().filter(step -> !TextSteps.isA(step, "ByteLevel")).toList();
    return name(cuts, architecture)
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    tokenizer.file(), "text is cut in a way that is not understood"));
  }

  private static Optional<String> name(List<JsonFile> cuts, Architecture architecture) {
    if (cuts.isEmpty()) return Optional.of(architecture == Architecture.PHI2 ? "phi-2" : "gpt-2");
    if (cuts.size() > 1) return Optional.empty();
    JsonFile cut = cuts.getFirst();
    if (TextSteps.isA(cut, "Digits") && cut.flag("individual_digits", false))
      return Optional.of("smollm");
    if (!TextSteps.isA(cut, "Split")) return Optional.empty();
    String expression = cut.object("pattern").flatMap(one -> one.textIfAny("Regex")).orElse("");
    if (expression.startsWith(LLAMA3))
      return Optional.of(architecture == Architecture.PHI3 ? "dbrx" : "llama-bpe");
    if (expression.startsWith(QWEN2)) return Optional.of("qwen2");
    if (!expression.startsWith(UPPER_FIRST)) return Optional.empty();
    return Optional.of(expression.contains("(?i:'s|'t|") ? "gpt-4o" : "tekken");
  }
}
