package dev.halftone.llm.huggingface;

import dev.halftone.llm.json.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A folder's vocabulary.
 *
 * @param paths of the files that it is made of
 * @param warnings for the user
 */
record Tokenizer(Keys keys, List<Path> paths, List<String> warnings) {
  private static final String SENTENCES = "tokenizer.model";
  private static final String PAIRS = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String ADDED = "added_tokens.json";
  private static final String TEMPLATE = "chat_template.jinja";

  /**
   * @throws dev.halftone.graph.BadInputException if a file is not sound, or of a kind that is not
   *     understood
   */
  static Tokenizer read(Path folder, Architecture architecture, Dimensions size, JsonFile config) {
    Optional<JsonFile> settings = JsonFile.readIfThere(folder.resolve(CONFIG));
    Keys keys = new Keys();
    if (architecture.isLlama())
      settings
          .flatMap(one -> one.flagIfAny("add_prefix_space"))
          .ifPresent(flag -> keys.add("tokenizer.ggml.add_space_prefix", flag));
    boolean sentences =
        Files.exists(folder.resolve(SENTENCES)) && !(isPhi4(architecture, settings));
    if (!sentences && !Files.exists(folder.resolve(PAIRS))) return none(folder, architecture, size);
    Optional<JsonVocabulary> json =
        sentences
            ? Optional.empty()
            : Optional.of(
                JsonVocabulary.read(folder.resolve(PAIRS), architecture, size.vocabulary()));
    Optional<SentencePieces> pieces =
        sentences ? Optional.of(SentencePieces.read(folder.resolve(SENTENCES))) : Optional.empty();
    Vocabulary vocabulary =
        pieces
            .map(found -> found.vocabulary(size.vocabulary()))
            .or(() -> json.map(JsonVocabulary::vocabulary))
            .orElseThrow();
    if (sentences) {
      boolean phi3 = architecture == Architecture.PHI3;
      AddedTokens added = new AddedTokens(vocabulary, !phi3);
      JsonFile.readIfThere(folder.resolve(ADDED)).ifPresent(added::addIds);
      settings.ifPresent(added::addSettings);
      if (phi3) JsonFile.readIfThere(folder.resolve(PAIRS)).ifPresent(added::addTokens);
    }
    vocabulary.add(keys);
    pieces.flatMap(SentencePieces::unigram).ifPresent(spaces -> spaces.add(keys));
    json.ifPresent(found -> found.addSpaces(keys));
    SpecialTokens.add(vocabulary, settings, config, keys);
    json.ifPresent(found -> found.addEnds(keys));
    pieces
        .filter(found -> found.unigram().isPresent())
        .ifPresent(found -> addEnds(found, vocabulary, keys));
    ChatTemplate.find(folder.resolve(TEMPLATE), settings)
        .ifPresent(text -> keys.add("tokenizer.chat_template", text));
    if (architecture.isGemma() && sentences) keys.add("tokenizer.ggml.add_space_prefix", false);
    return new Tokenizer(keys, paths(folder), List.of());
  }

  /** What transformers do unless told otherwise, and GGUF's readers do not of unigram models. */
  private static void addEnds(SentencePieces pieces, Vocabulary vocabulary, Keys keys) {
    pieces
        .unknown()
        .filter(id -> id < vocabulary.size())
        .ifPresent(id -> keys.addIfAbsent(JsonVocabulary.UNKNOWN, id));
    keys.addIfAbsent("tokenizer.ggml.add_bos_token", true);
    keys.addIfAbsent("tokenizer.ggml.add_eos_token", false);
  }

  /** Later Phi models are of Phi-3's architecture, with another kind of tokenizer. */
  private static boolean isPhi4(Architecture architecture, Optional<JsonFile> settings) {
    return architecture == Architecture.PHI3
        && settings
            .flatMap(one -> one.textIfAny("tokenizer_class"))
            .filter(name -> name.equals("GPT2Tokenizer"))
            .isPresent();
  }

  private static Tokenizer none(Path folder, Architecture architecture, Dimensions size) {
    Keys keys = new Keys();
    keys.add(architecture.key() + ".vocab_size", size.vocabulary());
    keys.add("tokenizer.ggml.model", "no_vocab");
    String warning =
        "%s has neither %s nor %s: the result has no vocabulary"
            .formatted(folder, SENTENCES, PAIRS);
    return new Tokenizer(keys, List.of(), List.of(warning));
  }

  private static List<Path> paths(Path folder) {
    List<Path> paths = new ArrayList<>();
    for (String name : List.of(SENTENCES, PAIRS, CONFIG, ADDED, TEMPLATE))
      if (Files.exists(folder.resolve(name))) paths.add(folder.resolve(name));
    return paths;
  }

  void add(Keys metadata) {
    keys.all().forEach(metadata::add);
  }
}
