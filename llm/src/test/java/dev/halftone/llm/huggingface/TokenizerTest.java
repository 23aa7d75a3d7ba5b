package dev.halftone.llm.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.graph.BadInputException;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r"
          + "\\n"
          + "]*|\\s*[\\r"
          + "\\n"
          + "]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN2 = LLAMA3.replace("{1,3}", "");
  private static final String TEKKEN =
      "[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|\\p{N}";
  private static final String GPT_4O = TEKKEN.replace("+|", "+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|");

  @TempDir Path path;

  @Test
  void sentencePieces() {
    sentences(2);
    ModelFolder folder = ModelFolder.llama(path);
    folder.with("bos_token_id", 1).with("eos_token_id", List.of(2, 7)).with("pad_token_id", 99);
    HuggingFaceFolder read = folder.read();

    assertThat(text(read, "model")).isEqualTo("llama");
    assertThat(text(read, "pre")).isEqualTo("default");
    assertThat(texts(read, "tokens"))
        .containsExactly(
            "<unk>", "<s>", "</s>", "<0x0A>", "▁a", "b", "c", "[PAD7]", "[PAD8]", "[PAD9]");
    assertThat(numbers(read, "token_type")).containsExactly(2, 3, 3, 6, 1, 1, 5, 5, 5, 5);
    assertThat(value(read, "scores").elements().stream().map(MetadataValue::asDouble))
        .containsExactly(0., 0., 0., 0., -1.5, -2.5, -3., -10000., -10000., -10000.);
    assertThat(value(read, "bos_token_id").asLong()).isEqualTo(1);
    assertThat(value(read, "eos_token_id").asLong()).isEqualTo(2);
    assertThat(read.metadata()).doesNotContainKey("tokenizer.ggml.padding_token_id");
    assertThat(read.warnings()).isEmpty();
    assertThat(read.paths()).contains(path.resolve("tokenizer.model"));
  }

  @Test
  void tokensAddedLaterGoOverThem() {
    sentences(2);
    ModelFolder folder = ModelFolder.llama(path);
    folder.file("added_tokens.json", "{\"<pad>\": 7, \"far\": 10}");
    folder.file(
        "tokenizer_config.json",
        "{\"add_prefix_space\": true, \"add_bos_token\": true, \"add_eos_token\":"
            + " false,\"bos_token\": {\"content\": \"<s>\"}, \"unk_token\": \"<unk>\","
            + " \"sep_token\": null,\"added_tokens_decoder\": {\"1\": {\"content\": \"<s>\","
            + " \"special\": true},\"5\": {\"content\": \"▁▁x\", \"special\": false},\"8\":"
            + " {\"content\": \"<|user|>\", \"special\": false},\"12\": {\"content\":"
            + " \"far\"}},\"chat_template\": [{\"name\": \"tool\", \"template\": \"t\"},{\"name\":"
            + " \"default\", \"template\": \"{{ messages }}\"}]}");
    HuggingFaceFolder read = folder.read();

    assertThat(texts(read, "tokens"))
        .containsExactly(
            "<unk>", "<s>", "</s>", "<0x0A>", "▁a", "  x", "c", "<pad>", "<|user|>", "[PAD9]");
    assertThat(numbers(read, "token_type")).containsExactly(2, 3, 3, 6, 1, 4, 5, 4, 3, 5);
    assertThat(read.metadata().keySet())
        .containsSubsequence(
            "tokenizer.ggml.add_space_prefix",
            "tokenizer.ggml.model",
            "tokenizer.ggml.pre",
            "tokenizer.ggml.tokens",
            "tokenizer.ggml.scores",
            "tokenizer.ggml.token_type",
            "tokenizer.ggml.bos_token_id",
            "tokenizer.ggml.unknown_token_id",
            "tokenizer.ggml.add_bos_token",
            "tokenizer.ggml.add_eos_token",
            "tokenizer.chat_template");
    assertThat(value(read, "add_bos_token").asBoolean()).isTrue();
    assertThat(Objects.requireNonNull(read.metadata().get("tokenizer.chat_template")).asText())
        .isEqualTo("{{ messages }}");
    folder.file("chat_template.jinja", "{% file %}");
    assertThat(
            Objects.requireNonNull(folder.read().metadata().get("tokenizer.chat_template"))
                .asText())
        .isEqualTo("{% file %}");
  }

  @Test
  void bytePairs() {
    ModelFolder folder = ModelFolder.llama(path);
    folder.file("tokenizer.json", pairs(split(LLAMA3)));
    folder.file("tokenizer_config.json", "{\"eos_token\": \"<|end|>\", \"chat_template\": \"x\"}");
    HuggingFaceFolder read = folder.with("bos_token_id", 0).read();
    assertThat(text(read, "model")).isEqualTo("gpt2");
    assertThat(text(read, "pre")).isEqualTo("llama-bpe");
    assertThat(texts(read, "tokens"))
        .containsExactly(
            "a", "b", "ab", "Ġ", "Ġa", "[PAD5]", "<|end|>", " user", "[PAD8]", "[PAD9]");
    assertThat(numbers(read, "token_type")).containsExactly(1, 1, 1, 1, 1, 5, 3, 4, 5, 5);
    assertThat(texts(read, "merges")).containsExactly("a b", "Ġ a");
    assertThat(value(read, "eos_token_id").asLong()).isEqualTo(6);
    assertThat(read.metadata()).doesNotContainKey("tokenizer.ggml.scores");
  }

  @Test
  void theWayTextIsCutIsToldByItsExpression() {
    assertThat(splitter("LlamaForCausalLM", split(LLAMA3))).isEqualTo("llama-bpe");
    assertThat(splitter("LlamaForCausalLM", split(QWEN2))).isEqualTo("qwen2");
    assertThat(splitter("MistralForCausalLM", split(TEKKEN))).isEqualTo("tekken");
    assertThat(splitter("LlamaForCausalLM", split(GPT_4O))).isEqualTo("gpt-4o");
    assertThat(splitter("LlamaForCausalLM", "")).isEqualTo("gpt-2");
    assertThat(splitter("LlamaForCausalLM", "{\"type\":\"Digits\",\"individual_digits\":true},"))
        .isEqualTo("smollm");
    Architecture phi = Architecture.PHI3;
    JsonFile json = JsonFile.read(tokenizer(split(LLAMA3)));
    assertThat(Splitter.name(json, phi)).isEqualTo("dbrx");
    ModelFolder.llama(path).file("tokenizer.json", pairs(split("\\\\d+"))).write();
    refused(UnsupportedModelException.class, "text is cut in a way that is not understood");
    String none = pairs("").replace("ByteLevel", "Metaspace");
    ModelFolder.llama(path).file("tokenizer.json", none).write();
    refused(UnsupportedModelException.class, "byte pairs that are neither over bytes");
  }

  @Test
  void tokenizersThatAreNotSound() {
    ModelFolder folder = ModelFolder.llama(path).write();
    folder.file("tokenizer.json", pairs("").replace("\"BPE\"", "\"WordPiece\""));
    refused(UnsupportedModelException.class, "a tokenizer of type WordPiece");
    folder.file("tokenizer.json", pairs("").replace("\"ab\":2", "\"ab\":10"));
    refused(MalformedModelException.class, "\"model.vocab.ab\": 10, the model has 10 tokens");
    folder.file("tokenizer.json", pairs("").replace("\"ab\":2", "\"ab\":1"));
    refused(MalformedModelException.class, "number 1 comes twice");
    folder.file("tokenizer.json", pairs("").replace("[\"a\",\"b\"]", "[\"a\"]"));
    refused(MalformedModelException.class, "expected two texts");
    folder.file("tokenizer.json", "{\"model\": 3}");
    refused(MalformedModelException.class, "\"model\": expected an object");
    folder.file("tokenizer.json", "[".repeat(100_000));
    refused(MalformedModelException.class, "tokenizer.json: not JSON");
  }

  /** A sentencepiece model, and what transformers make of it, give the same vocabulary. */
  @Test
  void pairsThatFallBackToBytesAreThoseOfSentencePieces() {
    String[] texts = {"<unk>", "<s>", "</s>", "<0x0A>", "▁▁", "ab", "▁ab", "a", "b", "▁"};
    int[] types = {2, 3, 3, 6, 1, 1, 1, 1, 1, 1};
    float[] scores = {0, 0, 0, 0, 0, -1, -2, -3, -4, -5};
    write(sentencePieces(2, texts, types, scores, new byte[0]));
    String settings =
        """
        {"add_bos_token": true, "add_eos_token": false, "unk_token": "<unk>",
         "added_tokens_decoder": {"1": {"content": "<s>", "special": true},
                                  "2": {"content": "</s>", "special": true}}}
        """;
    ModelFolder folder = ModelFolder.llama(path).file("tokenizer_config.json", settings);
    HuggingFaceFolder pieces = folder.read();
    assertThat(path.resolve("tokenizer.model").toFile().delete()).isTrue();
    folder.file("tokenizer.json", fallback());
    HuggingFaceFolder json = folder.read();
    assertThat(json.metadata()).isEqualTo(pieces.metadata());
    assertThat(json.warnings()).isEmpty();
    assertThat(json.metadata()).doesNotContainKey("tokenizer.ggml.merges");
  }

  /** Numbers that are in no order of joining: that of the joins decides. */
  @Test
  void pairsThatFallBackToBytesAreScoredByTheirOrder() {
    String json = fallback().replace("\"▁▁\": 4", "\"▁▁\": 6").replace("\"▁ab\": 6", "\"▁ab\": 4");
    HuggingFaceFolder read = ModelFolder.llama(path).file("tokenizer.json", json).read();
    assertThat(texts(read, "tokens"))
        .startsWith("<unk>", "<s>", "</s>", "<0x0A>", "▁ab", "ab", "▁▁");
    assertThat(value(read, "scores").elements().stream().map(MetadataValue::asDouble))
        .containsExactly(0., -1000., -1000., 0., -2., -1., 0., -3., -4., -5.);
    assertThat(numbers(read, "token_type")).containsExactly(2, 3, 3, 6, 1, 1, 1, 1, 1, 1);
    assertThat(value(read, "unknown_token_id").asLong()).isZero();
    assertThat(value(read, "add_bos_token")).isEqualTo(MetadataValue.of(true));
    assertThat(value(read, "add_eos_token")).isEqualTo(MetadataValue.of(false));
    assertThat(read.metadata()).doesNotContainKey("tokenizer.ggml.add_space_prefix");
  }

  /** As Gemma's, which put no space before a text. */
  @Test
  void whatPutsNoSpaceBeforeTextsIsTold() {
    String json = fallback().replace("\"Prepend\", \"prepend\": \"▁\"", "\"NFC\"");
    assertThat(json).contains("NFC");
    HuggingFaceFolder read = ModelFolder.llama(path).file("tokenizer.json", json).read();
    assertThat(value(read, "add_space_prefix")).isEqualTo(MetadataValue.of(false));
  }

  private static String fallback() {
    return """
    {"added_tokens": [{"id": 1, "content": "<s>", "special": true},
                      {"id": 2, "content": "</s>", "special": true}],
     "normalizer": {"type": "Sequence", "normalizers": [
       {"type": "Prepend", "prepend": "▁"},
       {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
     "pre_tokenizer": null,
     "post_processor": {"type": "TemplateProcessing", "single": [
       {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]},
     "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
       "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "<0x0A>": 3, "▁▁": 4, "ab": 5, "▁ab": 6,
                 "a": 7, "b": 8, "▁": 9},
       "merges": ["▁ ▁", "a b", ["▁", "ab"]]}}
    """;
  }

  @Test
  void unigrams() {
    HuggingFaceFolder read =
        ModelFolder.llama(path).file("tokenizer.json", unigram()).with("bos_token_id", 0).read();
    assertThat(text(read, "model")).isEqualTo("t5");
    assertThat(text(read, "pre")).isEqualTo("default");
    assertThat(texts(read, "tokens"))
        .containsExactly(
            "<s>", "</s>", "<unk>", "▁a", "b", "<0x0A>", "[PAD6]", "[PAD7]", "<mask>", "[PAD9]");
    assertThat(value(read, "scores").elements().stream().map(MetadataValue::asDouble))
        .containsExactly(0., 0., 0., -1.5, -2.5, 0., -10000., -10000., -1000., -10000.);
    assertThat(numbers(read, "token_type")).containsExactly(3, 3, 2, 1, 1, 6, 5, 5, 3, 5);
    assertThat(value(read, "unknown_token_id").asLong()).isEqualTo(2);
    assertThat(value(read, "add_space_prefix")).isEqualTo(MetadataValue.of(true));
    assertThat(value(read, "remove_extra_whitespaces")).isEqualTo(MetadataValue.of(true));
    assertThat(numbers(read, "precompiled_charsmap")).containsExactly(1, 2, 255);
    assertThat(value(read, "add_bos_token")).isEqualTo(MetadataValue.of(false));
    assertThat(value(read, "add_eos_token")).isEqualTo(MetadataValue.of(true));
    assertThat(read.metadata()).doesNotContainKey("tokenizer.ggml.merges");
  }

  @Test
  void unigramsOfSentencePieces() {
    String[] texts = {"<unk>", "<s>", "</s>", "▁a"};
    float[] scores = {0, 0, 0, -1.5f};
    byte[] normalizer = {2 << 3 | 2, 2, 7, (byte) 200, 3 << 3, 0, 4 << 3, 1};
    write(sentencePieces(1, texts, new int[] {2, 3, 3, 1}, scores, normalizer));
    HuggingFaceFolder read = ModelFolder.llama(path).read();
    assertThat(text(read, "model")).isEqualTo("t5");
    assertThat(value(read, "add_space_prefix")).isEqualTo(MetadataValue.of(false));
    assertThat(value(read, "remove_extra_whitespaces")).isEqualTo(MetadataValue.of(true));
    assertThat(numbers(read, "precompiled_charsmap")).containsExactly(7, 200);
    assertThat(value(read, "unknown_token_id").asLong()).isZero();
    assertThat(value(read, "add_bos_token")).isEqualTo(MetadataValue.of(true));
    assertThat(value(read, "add_eos_token")).isEqualTo(MetadataValue.of(false));
  }

  /** Of pieces that the model has no rows for, none is told of. */
  @Test
  void anUnknownPieceBeyondTheEndIsLeftOut() {
    String[] texts = new String[ModelFolder.VOCABULARY + 1];
    int[] types = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "p" + i;
      types[i] = i == ModelFolder.VOCABULARY ? 2 : 1;
    }
    write(sentencePieces(1, texts, types, new float[texts.length], new byte[0]));
    HuggingFaceFolder read = ModelFolder.llama(path).read();
    assertThat(texts(read, "tokens")).endsWith("p9");
    assertThat(read.metadata()).doesNotContainKey("tokenizer.ggml.unknown_token_id");
  }

  private static String unigram() {
    return """
    {"added_tokens": [{"id": 0, "content": "<s>", "special": true},
                      {"id": 1, "content": "</s>", "special": true},
                      {"id": 2, "content": "<unk>", "special": true},
                      {"id": 8, "content": "<mask>", "special": true}],
     "normalizer": {"type": "Sequence", "normalizers": [
       {"type": "Precompiled", "precompiled_charsmap": "AQL/"},
       {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
     "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true},
     "post_processor": {"type": "TemplateProcessing", "single": [
       {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}]},
     "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": true, "vocab": [
       ["<s>", 0.0], ["</s>", 0.0], ["<unk>", 0], ["▁a", -1.5], ["b", -2.5], ["<0x0A>", 0.0]]}}
    """;
  }

  @Test
  void otherTokenizersThatAreNotSound() {
    ModelFolder folder = ModelFolder.llama(path).write();
    folder.file("tokenizer.json", unigram().replace("[\"b\", -2.5]", "[\"b\", \"x\"]"));
    refused(MalformedModelException.class, "entry 4: [\"b\",\"x\"], expected [TEXT, NUMBER]");
    folder.file("tokenizer.json", unigram().replace("-2.5", "-1e999"));
    refused(MalformedModelException.class, "entry 4");
    folder.file(
        "tokenizer.json",
        unigram().replace("[\"<s>\", 0.0]", "[\"x\", 0],".repeat(6) + "[\"<s>\", 0.0]"));
    refused(MalformedModelException.class, "12 pieces, the model has 10 tokens");
    folder.file("tokenizer.json", unigram().replace("AQL/", "*"));
    refused(MalformedModelException.class, "precompiled_charsmap\": is not base 64");
    folder.file("tokenizer.json", unigram().replace("\"unk_id\": 2", "\"unk_id\": -2"));
    refused(MalformedModelException.class, "unk_id");
    folder.file(
        "tokenizer.json", unigram().replace("\"replacement\": \"▁\"", "\"replacement\": \"_\""));
    refused(UnsupportedModelException.class, "spaces are written as \"_\"");
    folder.file("tokenizer.json", unigram().replace("\"id\": 8", "\"id\": 10"));
    refused(MalformedModelException.class, "10, the model has 10 tokens");
    folder.file("tokenizer.json", fallback().replace("\"a b\"", "\"a b c\""));
    refused(MalformedModelException.class, "\"a b c\", expected two texts");
    folder.file("tokenizer.json", fallback().replace("\"b\": 8", "\"b\": 7"));
    refused(MalformedModelException.class, "number 7 comes twice");
    folder.file(
        "tokenizer.json",
        fallback().replace("\"byte_fallback\": true", "\"byte_fallback\": false"));
    refused(UnsupportedModelException.class, "neither over bytes nor fall back to them");
  }

  @Test
  void sentencePiecesThatAreNone() {
    ModelFolder.llama(path).write();
    sentences(3);
    refused(UnsupportedModelException.class, "of type 3, expected byte pairs or unigram");
    write(new byte[] {10, 100, 1});
    refused(MalformedModelException.class, "at byte 2: 100 bytes, there are 1");
    write(new byte[] {35});
    refused(MalformedModelException.class, "at byte 1: a field of type 3");
    write(new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
    refused(MalformedModelException.class, "field 1 is of type 0, expected 2");
    write(new byte[] {32, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
    refused(MalformedModelException.class, "more than 64 bits");
    write(new byte[] {10, 2, 24, 9});
    refused(MalformedModelException.class, "a piece of type 9");
    write(new byte[] {18, 2, 24, 2});
    refused(MalformedModelException.class, "no pieces");
  }

  @Test
  void damagedSentencePiecesNeverFailOtherwise() {
    byte[] whole = sentencePieces(2);
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length) + 1);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      write(bytes);
      try {
        SentencePieces.read(path.resolve("tokenizer.model"));
      } catch (BadInputException e) {
        assertThat(e).hasMessageContaining("tokenizer.model");
      }
    }
  }

  private String splitter(String architecture, String cut) {
    ModelFolder folder = ModelFolder.llama(path);
    folder.with("architectures", List.of(architecture)).file("tokenizer.json", pairs(cut));
    return text(folder.read(), "pre");
  }

  private Path tokenizer(String cut) {
    ModelFolder.llama(path).file("tokenizer.json", pairs(cut));
    return path.resolve("tokenizer.json");
  }

  private static String split(String expression) {
    return "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},\"behavior\":\"Isolated\"},"
        .formatted(expression.replace("\\", "\\\\"));
  }

  private static String pairs(String cut) {
    return "{\"added_tokens\":[{\"id\":6,\"content\":\"<|end|>\",\"special\":true},"
        + "{\"id\":7,\"content\":\"▁user\",\"special\":false}],"
        + "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":["
        + cut
        + "{\"type\":\"ByteLevel\",\"use_regex\":false}]},"
        + "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"Ġ\":3,\"Ġa\":4},"
        + "\"merges\":[[\"a\",\"b\"],\"Ġ a\"]}}";
  }

  private void sentences(int kind) {
    write(sentencePieces(kind));
  }

  private void write(byte[] bytes) {
    try {
      Files.write(path.resolve("tokenizer.model"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] sentencePieces(int kind) {
    String[] texts = {"<unk>", "<s>", "</s>", "<0x0A>", "▁a", "b", "c"};
    int[] types = {2, 3, 3, 6, 1, 4, 5};
    float[] scores = {0, 0, 0, 0, -1.5f, -2.5f, -3};
    return sentencePieces(kind, texts, types, scores, new byte[3]);
  }

  private static byte[] sentencePieces(
      int kind, String[] texts, int[] types, float[] scores, byte[] normalizer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < texts.length; i++) {
      ByteArrayOutputStream piece = new ByteArrayOutputStream();
      field(piece, 1, texts[i].getBytes(StandardCharsets.UTF_8));
      piece.write(2 << 3 | 5);
      piece.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(scores[i]).array());
      // The kind of normal pieces is left out, as protobuf does with defaults.
      if (types[i] != 1) piece.writeBytes(new byte[] {3 << 3, (byte) types[i]});
      field(out, 1, piece.toByteArray());
    }
    ByteArrayOutputStream trainer = new ByteArrayOutputStream();
    field(trainer, 1, "input".getBytes(StandardCharsets.UTF_8));
    trainer.writeBytes(new byte[] {3 << 3, (byte) kind});
    trainer.writeBytes(new byte[] {4 << 3, (byte) 0x80, 0x7D});
    trainer.writeBytes(new byte[] {10 << 3 | 5, 0, 0, 0, 0});
    trainer.writeBytes(new byte[] {11 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 0});
    field(out, 2, trainer.toByteArray());
    field(out, 3, normalizer);
    return out.toByteArray();
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
    out.write(number << 3 | 2);
    out.write(bytes.length);
    out.writeBytes(bytes);
  }

  private void refused(Class<? extends Exception> kind, String message) {
    assertThatThrownBy(() -> HuggingFaceFolder.read(path))
        .isInstanceOf(kind)
        .hasMessageContaining(message);
  }

  private static MetadataValue value(HuggingFaceFolder read, String key) {
    return Objects.requireNonNull(read.metadata().get("tokenizer.ggml." + key), key);
  }

  private static String text(HuggingFaceFolder read, String key) {
    return value(read, key).asText();
  }

  private static List<String> texts(HuggingFaceFolder read, String key) {
    return value(read, key).elements().stream().map(MetadataValue::asText).toList();
  }

  private static List<Integer> numbers(HuggingFaceFolder read, String key) {
    return value(read, key).elements().stream().map(one -> (int) one.asLong()).toList();
  }
}
