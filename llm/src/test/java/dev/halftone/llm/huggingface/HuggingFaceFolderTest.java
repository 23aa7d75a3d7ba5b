package dev.halftone.llm.huggingface;

import static dev.halftone.llm.huggingface.ModelFolder.HIDDEN;
import static dev.halftone.llm.huggingface.ModelFolder.INNER;
import static dev.halftone.llm.huggingface.ModelFolder.KEY_HEADS;
import static dev.halftone.llm.huggingface.ModelFolder.VOCABULARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.graph.BadInputException;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.source.RowSource;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.NullNode;

class HuggingFaceFolderTest {
  @TempDir Path path;

  @Test
  void llamaTurnsQueriesAndKeysPairByPair() {
    ModelFolder folder = ModelFolder.llama(path);
    HuggingFaceFolder read = folder.read();

    assertThat(read.tensors().stream().map(one -> one.info().toString()))
        .containsExactlyInAnyOrder(
            "token_embd.weight F32[16, 10]",
            "output_norm.weight F32[16]",
            "output.weight F32[16, 10]",
            "blk.0.attn_norm.weight F32[16]",
            "blk.0.ffn_norm.weight F32[16]",
            "blk.0.attn_q.weight F32[16, 16]",
            "blk.0.attn_k.weight F32[16, 8]",
            "blk.0.attn_v.weight F32[16, 8]",
            "blk.0.attn_output.weight F32[16, 16]",
            "blk.0.ffn_gate.weight F32[16, 24]",
            "blk.0.ffn_up.weight F32[16, 24]",
            "blk.0.ffn_down.weight F32[24, 16]",
            "blk.1.attn_norm.weight F32[16]",
            "blk.1.ffn_norm.weight F32[16]",
            "blk.1.attn_q.weight F32[16, 16]",
            "blk.1.attn_k.weight F32[16, 8]",
            "blk.1.attn_v.weight F32[16, 8]",
            "blk.1.attn_output.weight F32[16, 16]",
            "blk.1.ffn_gate.weight F32[16, 24]",
            "blk.1.ffn_up.weight F32[16, 24]",
            "blk.1.ffn_down.weight F32[24, 16]");
    // Heads of 4 rows a b c d, of which a turns with c and b with d.
    int[] rows = {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15};
    same(read, "blk.1.attn_q.weight", rows(folder, "model.layers.1.self_attn.q_proj.weight", rows));
    int[] keys = Arrays.copyOf(rows, 8);
    same(read, "blk.1.attn_k.weight", rows(folder, "model.layers.1.self_attn.k_proj.weight", keys));
    same(read, "blk.1.attn_v.weight", values(folder, "model.layers.1.self_attn.v_proj.weight"));
    same(read, "output.weight", values(folder, "lm_head.weight"));
    same(
        read,
        "blk.0.ffn_norm.weight",
        values(folder, "model.layers.0.post_attention_layernorm.weight"));
  }

  @Test
  void llamaTellsItsShapeInOrder() {
    HuggingFaceFolder read = ModelFolder.llama(path).with("head_dim", 4).read();
    assertThat(text(read))
        .containsExactly(
            "general.architecture=llama",
            "general.type=model",
            "general.name=" + path.getFileName(),
            "general.size_label=4.2K",
            "llama.block_count=2",
            "llama.context_length=64",
            "llama.embedding_length=16",
            "llama.feed_forward_length=24",
            "llama.attention.head_count=4",
            "llama.attention.head_count_kv=2",
            "llama.rope.freq_base=10000.0",
            "llama.attention.layer_norm_rms_epsilon=1.0E-5",
            "llama.attention.key_length=4",
            "llama.attention.value_length=4",
            "llama.vocab_size=10",
            "llama.rope.dimension_count=4",
            "tokenizer.ggml.model=no_vocab");
    assertThat(read.warnings()).singleElement().asString().contains("no vocabulary");
    assertThat(read.tensorsOfParts()).containsExactly(read.tensors().size());
    assertThat(read.paths().stream().map(file -> String.valueOf(file.getFileName())))
        .startsWith("model.safetensors.index.json", "model-00001-of-00006.safetensors")
        .endsWith("config.json");
  }

  @Test
  void biasesOfQueriesTurnWithTheirRows() {
    ModelFolder folder =
        new ModelFolder(path, "MistralForCausalLM").ends().norms().attention(8).gated();
    folder.with("head_dim", 8);
    folder.layers("self_attn.q_proj.bias", 32).layers("self_attn.k_proj.bias", 16);
    folder.layers("self_attn.v_proj.bias", 16).layers("self_attn.o_proj.bias", HIDDEN);
    HuggingFaceFolder read = folder.read();
    int[] head = {0, 4, 1, 5, 2, 6, 3, 7};
    int[] rows = IntStream.range(0, 32).map(row -> row / 8 * 8 + head[row % 8]).toArray();
    same(read, "blk.0.attn_q.weight", rows(folder, "model.layers.0.self_attn.q_proj.weight", rows));
    same(read, "blk.0.attn_q.bias", rows(folder, "model.layers.0.self_attn.q_proj.bias", rows));
    same(
        read,
        "blk.0.attn_k.bias",
        rows(folder, "model.layers.0.self_attn.k_proj.bias", Arrays.copyOf(rows, 16)));
    same(read, "blk.0.attn_output.bias", values(folder, "model.layers.0.self_attn.o_proj.bias"));
  }

  @Test
  void everyTypeOfFloatsIsReadInAnyPieces() {
    for (DType type : List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)) {
      ModelFolder folder = new ModelFolder(path, "LlamaForCausalLM").as(type);
      HuggingFaceFolder read = folder.ends().norms().attention(4).gated().read();
      String expected =
          switch (type) {
            case FLOAT16 -> "F16";
            case BFLOAT16 -> "BF16";
            default -> "F32";
          };
      assertThat(find(read, "output_norm.weight").info().type()).hasToString("F32");
      RowSource query = find(read, "blk.0.attn_q.weight");
      assertThat(query.info().type()).hasToString(expected);
      float[] whole = values(query);
      int width = query.info().type().blockBytes();
      Random random = new Random(1);
      for (int i = 0; i < 100; i++) {
        int first = random.nextInt(whole.length);
        int count = random.nextInt(whole.length - first) + 1;
        byte[] bytes = new byte[count * width];
        query.copyBlocks(first, count, bytes);
        for (int j = 0; j < count; j++)
          assertThat(floatAt(expected, bytes, j)).isEqualTo(whole[first + j]);
        int row = random.nextInt(16);
        int rows = random.nextInt(16 - row) + 1;
        float[] part = new float[rows * HIDDEN];
        query.readRows(row, rows, part);
        assertThat(part).isEqualTo(Arrays.copyOfRange(whole, row * HIDDEN, (row + rows) * HIDDEN));
      }
    }
  }

  private static float floatAt(String type, byte[] bytes, int index) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case "F16" -> Float.float16ToFloat(in.getShort(2 * index));
      case "BF16" -> Float.intBitsToFloat(in.getShort(2 * index) << 16);
      default -> in.getFloat(4 * index);
    };
  }

  @Test
  void llama3HasFactorsOfItsFrequencies() {
    ModelFolder folder = new ModelFolder(path, "LlamaForCausalLM").ends().norms().attention(64);
    folder.gated().with("head_dim", 64).with("rope_theta", 500000.0);
    folder.with(
        "rope_scaling",
        Map.of(
            "rope_type", "llama3",
            "factor", 8.0,
            "low_freq_factor", 1.0,
            "high_freq_factor", 4.0,
            "original_max_position_embeddings", 8192));
    HuggingFaceFolder read = folder.read();
    float[] factors = values(find(read, "rope_freqs.weight"));
    assertThat(factors).hasSize(32);
    for (int i = 0; i < 32; i++) {
      double turns = 8192 / (2 * Math.PI) * Math.pow(500000, -i / 32.0);
      double smooth = Math.clamp((turns - 1) / 3, 0, 1);
      assertThat((double) factors[i]).isCloseTo(1 / (smooth + (1 - smooth) / 8), within(1e-5));
    }
    assertThat(factors[0]).isEqualTo(1);
    assertThat(factors[31]).isEqualTo(8);
    assertThat(text(read)).contains("llama.rope.freq_base=500000.0");
  }

  @Test
  void qwen2HasBiasesAndItsOwnOrderOfRows() {
    ModelFolder folder =
        new ModelFolder(path, "Qwen2ForCausalLM").ends().norms().attention(4).gated();
    folder.tensors.remove("lm_head.weight");
    folder.with("tie_word_embeddings", true).with("sliding_window", NullNode.getInstance());
    folder.with(
        "rope_scaling",
        Map.of("type", "yarn", "factor", 4.0, "original_max_position_embeddings", 32));
    folder.layers("self_attn.q_proj.bias", 16).layers("self_attn.k_proj.bias", 8);
    assertThatThrownBy(folder::read)
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("\"model.layers.0.self_attn.v_proj.bias\" is missing");
    HuggingFaceFolder read = folder.layers("self_attn.v_proj.bias", 8).read();
    assertThat(read.tensors()).hasSize(2 + 2 * 12);
    same(read, "blk.0.attn_q.weight", values(folder, "model.layers.0.self_attn.q_proj.weight"));
    same(read, "blk.0.attn_k.bias", values(folder, "model.layers.0.self_attn.k_proj.bias"));
    assertThat(text(read))
        .contains(
            "general.architecture=qwen2",
            "qwen2.rope.scaling.type=yarn",
            "qwen2.rope.scaling.factor=4.0",
            "qwen2.rope.scaling.original_context_length=32",
            "qwen2.vocab_size=10");
  }

  @Test
  void qwen3NormsItsHeads() {
    ModelFolder folder = new ModelFolder(path, "Qwen3ForCausalLM").ends().norms().attention(8);
    folder.gated().with("head_dim", 8);
    folder.layers("self_attn.q_norm.weight", 8).layers("self_attn.k_norm.weight", 8);
    HuggingFaceFolder read = folder.read();
    same(
        read, "blk.1.attn_q_norm.weight", values(folder, "model.layers.1.self_attn.q_norm.weight"));
    same(
        read, "blk.1.attn_k_norm.weight", values(folder, "model.layers.1.self_attn.k_norm.weight"));
    same(read, "blk.1.attn_k.weight", values(folder, "model.layers.1.self_attn.k_proj.weight"));
    assertThat(text(read)).contains("qwen3.attention.key_length=8", "qwen3.block_count=2");
  }

  @Test
  void gemmaAddsOneToItsNorms() {
    ModelFolder folder = new ModelFolder(path, "GemmaForCausalLM").ends().norms().attention(8);
    folder.gated().with("head_dim", 8).config.remove("tie_word_embeddings");
    HuggingFaceFolder read = folder.read();
    assertThat(read.tensors()).hasSize(2 + 2 * 9);
    same(read, "output_norm.weight", oneMore(folder, "model.norm.weight"));
    same(
        read,
        "blk.0.ffn_norm.weight",
        oneMore(folder, "model.layers.0.post_attention_layernorm.weight"));
    same(read, "blk.0.attn_q.weight", values(folder, "model.layers.0.self_attn.q_proj.weight"));
    assertThat(text(read))
        .containsSubsequence(
            "gemma.context_length=64",
            "gemma.embedding_length=16",
            "gemma.block_count=2",
            "gemma.attention.layer_norm_rms_epsilon=1.0E-5",
            "gemma.attention.key_length=8",
            "gemma.attention.value_length=8");
  }

  @Test
  void gemma2HasFourNorms() {
    ModelFolder folder = new ModelFolder(path, "Gemma2ForCausalLM").as(DType.BFLOAT16).ends();
    folder.norms().attention(8).gated().with("head_dim", 8).with("tie_word_embeddings", true);
    folder.layers("pre_feedforward_layernorm.weight", HIDDEN);
    folder.layers("post_feedforward_layernorm.weight", HIDDEN);
    folder.with("attn_logit_softcapping", 50.0).with("final_logit_softcapping", 30.0);
    HuggingFaceFolder read = folder.with("sliding_window", 32).read();
    String layer = "model.layers.1.";
    same(read, "blk.1.attn_norm.weight", oneMore(folder, layer + "input_layernorm.weight"));
    same(
        read,
        "blk.1.post_attention_norm.weight",
        oneMore(folder, layer + "post_attention_layernorm.weight"));
    same(
        read, "blk.1.ffn_norm.weight", oneMore(folder, layer + "pre_feedforward_layernorm.weight"));
    same(
        read,
        "blk.1.post_ffw_norm.weight",
        oneMore(folder, layer + "post_feedforward_layernorm.weight"));
    assertThat(text(read))
        .containsSubsequence(
            "gemma2.attn_logit_softcapping=50.0",
            "gemma2.final_logit_softcapping=30.0",
            "gemma2.attention.sliding_window=32");
  }

  @Test
  void gemma3NormsItsHeadsToo() {
    ModelFolder folder = new ModelFolder(path, "Gemma3ForCausalLM").ends().norms().attention(8);
    folder.gated().with("head_dim", 8).with("tie_word_embeddings", true);
    folder.layers("pre_feedforward_layernorm.weight", HIDDEN);
    folder.layers("post_feedforward_layernorm.weight", HIDDEN);
    folder.layers("self_attn.q_norm.weight", 8).layers("self_attn.k_norm.weight", 8);
    folder.with("rope_scaling", Map.of("rope_type", "linear", "factor", 8.0));
    HuggingFaceFolder read = folder.with("sliding_window", 32).read();
    same(
        read,
        "blk.0.attn_q_norm.weight",
        oneMore(folder, "model.layers.0.self_attn.q_norm.weight"));
    assertThat(text(read))
        .containsSubsequence(
            "gemma3.rope.scaling.type=linear",
            "gemma3.rope.scaling.factor=8.0",
            "gemma3.rope.freq_base=1000000.0",
            "gemma3.attention.key_length=8",
            "gemma3.attention.sliding_window=32");
  }

  @Test
  void phi3IsFused() {
    ModelFolder folder = new ModelFolder(path, "Phi3ForCausalLM").ends().norms();
    folder.layers("self_attn.qkv_proj.weight", 16 + 2 * 4 * KEY_HEADS, HIDDEN);
    folder.layers("self_attn.o_proj.weight", HIDDEN, 16);
    folder.layers("mlp.gate_up_proj.weight", 2 * INNER, HIDDEN);
    folder.layers("mlp.down_proj.weight", HIDDEN, INNER);
    folder.with("original_max_position_embeddings", 16).with("sliding_window", 20);
    folder.with(
        "rope_scaling",
        Map.of(
            "type", "longrope",
            "long_factor", List.of(1.5, 2.5),
            "short_factor", List.of(1.0, 1.25)));
    HuggingFaceFolder read = folder.read();
    same(read, "blk.1.attn_qkv.weight", values(folder, "model.layers.1.self_attn.qkv_proj.weight"));
    same(read, "blk.1.ffn_up.weight", values(folder, "model.layers.1.mlp.gate_up_proj.weight"));
    assertThat(values(find(read, "rope_factors_long.weight"))).containsExactly(1.5f, 2.5f);
    assertThat(values(find(read, "rope_factors_short.weight"))).containsExactly(1, 1.25f);
    assertThat(text(read))
        .containsSubsequence(
            "phi3.context_length=64",
            "phi3.rope.scaling.original_context_length=16",
            "phi3.rope.dimension_count=4",
            "phi3.attention.sliding_window=20",
            // 64 is 16 four times: sqrt(1 + ln 4 / ln 16)
            "phi3.rope.scaling.attn_factor=" + (float) Math.sqrt(1.5));
  }

  @Test
  void phi2HasBiasesEverywhere() {
    ModelFolder folder = new ModelFolder(path, "PhiForCausalLM");
    folder.with("num_key_value_heads", NullNode.getInstance()).with("layer_norm_eps", 1e-5);
    folder.with("partial_rotary_factor", 0.5);
    folder.tensor("model.embed_tokens.weight", VOCABULARY, HIDDEN);
    folder.tensor("lm_head.weight", VOCABULARY, HIDDEN).tensor("lm_head.bias", VOCABULARY);
    folder
        .tensor("model.final_layernorm.weight", HIDDEN)
        .tensor("model.final_layernorm.bias", HIDDEN);
    folder.layers("input_layernorm.weight", HIDDEN).layers("input_layernorm.bias", HIDDEN);
    for (String part : List.of("q_proj", "k_proj", "v_proj", "dense"))
      folder
          .layers("self_attn." + part + ".weight", HIDDEN, HIDDEN)
          .layers("self_attn." + part + ".bias", HIDDEN);
    folder.layers("mlp.fc1.weight", INNER, HIDDEN).layers("mlp.fc1.bias", INNER);
    folder.layers("mlp.fc2.weight", HIDDEN, INNER).layers("mlp.fc2.bias", HIDDEN);
    HuggingFaceFolder read = folder.read();
    assertThat(read.tensors()).hasSize(5 + 2 * 14);
    same(read, "output.bias", values(folder, "lm_head.bias"));
    same(read, "output_norm.bias", values(folder, "model.final_layernorm.bias"));
    same(read, "blk.0.attn_output.weight", values(folder, "model.layers.0.self_attn.dense.weight"));
    same(read, "blk.0.ffn_down.bias", values(folder, "model.layers.0.mlp.fc2.bias"));
    assertThat(text(read))
        .contains("phi2.rope.dimension_count=2", "phi2.attention.layer_norm_epsilon=1.0E-5");
  }

  @Test
  void tiedEmbeddingsNeedNoOutput() {
    ModelFolder folder = ModelFolder.llama(path).with("tie_word_embeddings", true);
    assertThat(names(folder.read())).doesNotContain("output.weight");
    folder.tensors.remove("lm_head.weight");
    assertThat(names(folder.read())).doesNotContain("output.weight");
    folder.with("tie_word_embeddings", false).write();
    refused(MalformedModelException.class, "tensor \"lm_head.weight\" is missing");
  }

  @Test
  void buffersOfOlderVersionsAreLeftOut() {
    ModelFolder folder = ModelFolder.llama(path);
    int tensors = folder.read().tensors().size();
    folder.layers("self_attn.rotary_emb.inv_freq", 2);
    assertThat(folder.read().tensors()).hasSize(tensors);
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    ModelFolder.llama(path).with("architectures", new String[] {"BertModel"}).write();
    refused(UnsupportedModelException.class, "architecture BertModel is not understood");
    ModelFolder.llama(path).with("quantization_config", Map.of("quant_method", "hqq")).write();
    refused(UnsupportedModelException.class, "weights quantized by hqq");
    ModelFolder.llama(path).with("quantization_config", Map.of("bits", 4)).write();
    refused(MalformedModelException.class, "\"quantization_config.quant_method\"");
    ModelFolder.llama(path).with("rope_scaling", Map.of("type", "dynamic")).write();
    refused(UnsupportedModelException.class, "positions scaled as \"dynamic\"");
    ModelFolder.llama(path).layers("mlp.experts.0.weight", 2, 2).write();
    refused(UnsupportedModelException.class, "\"model.layers.0.mlp.experts.0.weight\" is none");
    ModelFolder folder = ModelFolder.llama(path);
    folder.tensors.put("model.norm.weight", Tensor.ofBytes(DType.INT8, new byte[16], 16));
    folder.write();
    refused(UnsupportedModelException.class, "tensor \"model.norm.weight\" is INT8");
  }

  @Test
  void configsThatDoNotFit() {
    Map<String, Object> wrong =
        Map.of(
            "hidden_size", 18,
            "num_attention_heads", 0,
            "num_key_value_heads", 3,
            "num_hidden_layers", 1 << 30,
            "vocab_size", "many",
            "rms_norm_eps", "small",
            "intermediate_size", 1L << 40,
            "architectures", 3,
            "rope_scaling", 5);
    wrong.forEach(
        (key, value) -> {
          ModelFolder.llama(path).with(key, value).write();
          assertThatThrownBy(() -> HuggingFaceFolder.read(path))
              .as(key)
              .isInstanceOf(BadInputException.class);
        });
    ModelFolder folder = ModelFolder.llama(path);
    folder.config.remove("hidden_size");
    folder.write();
    refused(MalformedModelException.class, "config.json at \"hidden_size\": is missing");
    ModelFolder.llama(path).tensor("model.norm.weight", 15).write();
    refused(MalformedModelException.class, "\"model.norm.weight\" is [15], expected [16]");
    ModelFolder.llama(path).file("config.json", "{\"architectures\":");
    refused(MalformedModelException.class, "config.json: not JSON");
  }

  @Test
  void headsOfAnOddNumberOfRows() {
    ModelFolder folder = new ModelFolder(path, "LlamaForCausalLM").ends().norms().attention(3);
    folder.gated().with("head_dim", 3).write();
    refused(UnsupportedModelException.class, "heads of 3 rows");
  }

  @Test
  void folderWithoutConfig() {
    refused(MalformedModelException.class, "without config.json");
  }

  private void refused(Class<? extends Exception> kind, String message) {
    assertThatThrownBy(() -> HuggingFaceFolder.read(path))
        .isInstanceOf(kind)
        .hasMessageContaining(message);
  }

  private static List<String> names(HuggingFaceFolder read) {
    return read.tensors().stream().map(one -> one.info().name()).toList();
  }

  private static List<String> text(HuggingFaceFolder read) {
    return read.metadata().entrySet().stream()
        .map((Map.Entry<String, MetadataValue> entry) -> entry.getKey() + "=" + entry.getValue())
        .toList();
  }

  private static RowSource find(HuggingFaceFolder read, String name) {
    return read.tensors().stream()
        .filter(one -> one.info().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void same(HuggingFaceFolder read, String name, float[] expected) {
    assertThat(values(find(read, name))).as(name).isEqualTo(expected);
  }

  private static float[] values(RowSource rows) {
    int count = Math.toIntExact(rows.info().rows());
    float[] values = new float[count * rows.info().columns()];
    rows.readRows(0, count, values);
    return values;
  }

  private static float[] values(ModelFolder folder, String name) {
    return Objects.requireNonNull(folder.tensors.get(name)).toFloats();
  }

  private static float[] oneMore(ModelFolder folder, String name) {
    float[] values = values(folder, name);
    for (int i = 0; i < values.length; i++) values[i] += 1;
    return values;
  }

  private static float[] rows(ModelFolder folder, String name, int[] rows) {
    float[] values = values(folder, name);
    int width = values.length / rows.length;
    float[] turned = new float[values.length];
    for (int row = 0; row < rows.length; row++)
      System.arraycopy(values, rows[row] * width, turned, row * width, width);
    return turned;
  }
}
