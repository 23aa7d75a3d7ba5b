package dev.halftone.llm.huggingface;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Decoders that are understood, by the names that transformers has for their classes. */
enum Architecture {
  LLAMA("LlamaForCausalLM", "LLaMAForCausalLM", "MistralForCausalLM"),
  MIXTRAL("MixtralForCausalLM"),
  QWEN2("Qwen2ForCausalLM"),
  QWEN3("Qwen3ForCausalLM"),
  QWEN3MOE("Qwen3MoeForCausalLM"),
  GEMMA("GemmaForCausalLM"),
  GEMMA2("Gemma2ForCausalLM"),
  GEMMA3("Gemma3ForCausalLM"),
  PHI2("PhiForCausalLM"),
  PHI3("Phi3ForCausalLM");

  private final List<String> classes;

  Architecture(String... classes) {
    this.classes = List.of(classes);
  }

  /**
   * @throws UnsupportedModelException if the class is none that is understood
   */
  static Architecture of(JsonFile config) {
    JsonNode first =
        config
            .find("architectures")
            .map(list -> list.get(0))
            .orElseThrow(() -> config.malformed("architectures", "expected a list of one name"));
    String name = first.asString();
    return Arrays.stream(values())
        .filter(one -> one.classes.contains(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    config.file(),
                    "architecture %s is not understood, only %s".formatted(name, all())));
  }

  private static String all() {
    return Arrays.stream(values())
        .flatMap(one -> one.classes.stream())
        .collect(Collectors.joining(", "));
  }

  /** The name in GGUF files, with which keys of the metadata begin. */
  String key() {
    return isLlama() ? "llama" : name().toLowerCase(Locale.ROOT);
  }

  /** A Llama, or one whose feed-forward parts are experts. */
  boolean isLlama() {
    return this == LLAMA || this == MIXTRAL;
  }

  /** Whether the rows of queries and keys are turned pair by pair. */
  boolean pairsRows() {
    return isLlama();
  }

  boolean isGemma() {
    return this == GEMMA || this == GEMMA2 || this == GEMMA3;
  }
}
