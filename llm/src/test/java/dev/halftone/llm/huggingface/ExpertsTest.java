package dev.halftone.llm.huggingface;

import static dev.halftone.llm.huggingface.ModelFolder.HIDDEN;
import static dev.halftone.llm.huggingface.ModelFolder.INNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.mixture.Mixture;
import dev.halftone.llm.mixture.MixtureRequest;
import dev.halftone.llm.plan.CheckpointPlan;
import dev.halftone.llm.source.RowSource;
import dev.halftone.llm.stream.CheckpointWriter;
import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders whose layers have experts: the matrices of all experts become one tensor. */
class ExpertsTest {
  private static final int COUNT = 3;
  private static final int OF_EXPERT = 12;

  @TempDir Path path;

  private ModelFolder mixtral(DType type) {
    ModelFolder folder =
        new ModelFolder(path, "MixtralForCausalLM").as(type).ends().norms().attention(4);
    folder.with("num_local_experts", COUNT).with("num_experts_per_tok", 2);
    folder.layers("block_sparse_moe.gate.weight", COUNT, HIDDEN);
    for (int expert = 0; expert < COUNT; expert++) {
      String name = "block_sparse_moe.experts.%d.".formatted(expert);
      folder.layers(name + "w1.weight", INNER, HIDDEN);
      folder.layers(name + "w2.weight", HIDDEN, INNER);
      folder.layers(name + "w3.weight", INNER, HIDDEN);
    }
    return folder;
  }

  private ModelFolder qwen() {
    ModelFolder folder = new ModelFolder(path, "Qwen3MoeForCausalLM").ends().norms().attention(4);
    folder.layers("self_attn.q_norm.weight", 4).layers("self_attn.k_norm.weight", 4);
    folder.with("num_experts", COUNT).with("num_experts_per_tok", 2).with("head_dim", 4);
    folder.with("moe_intermediate_size", OF_EXPERT).with("decoder_sparse_step", 1);
    folder.with("mlp_only_layers", List.of());
    folder.layers("mlp.gate.weight", COUNT, HIDDEN);
    for (int expert = 0; expert < COUNT; expert++) {
      String name = "mlp.experts.%d.".formatted(expert);
      folder.layers(name + "gate_proj.weight", OF_EXPERT, HIDDEN);
      folder.layers(name + "up_proj.weight", OF_EXPERT, HIDDEN);
      folder.layers(name + "down_proj.weight", HIDDEN, OF_EXPERT);
    }
    return folder;
  }

  @Test
  void mixtralStacksItsExperts() {
    ModelFolder folder = mixtral(DType.BFLOAT16);
    HuggingFaceFolder read = folder.read();
    assertThat(read.tensors().stream().map(one -> one.info().toString()))
        .contains(
            "blk.0.ffn_gate_inp.weight F32[16, 3]",
            "blk.0.ffn_gate_exps.weight BF16[16, 24, 3]",
            "blk.1.ffn_up_exps.weight BF16[16, 24, 3]",
            "blk.1.ffn_down_exps.weight BF16[24, 16, 3]")
        .hasSize(3 + 2 * 10);
    assertStacked(folder, read, "blk.1.ffn_gate_exps.weight", "block_sparse_moe.experts.%d.w1");
    assertStacked(folder, read, "blk.1.ffn_up_exps.weight", "block_sparse_moe.experts.%d.w3");
    assertStacked(folder, read, "blk.1.ffn_down_exps.weight", "block_sparse_moe.experts.%d.w2");
    assertThat(text(read))
        .contains(
            "general.architecture=llama",
            "general.size_label=3x4.3K",
            "llama.feed_forward_length=24",
            "llama.expert_count=3",
            "llama.expert_used_count=2");
  }

  @Test
  void qwenStacksItsExperts() {
    ModelFolder folder = qwen();
    HuggingFaceFolder read = folder.read();
    assertStacked(folder, read, "blk.1.ffn_gate_exps.weight", "mlp.experts.%d.gate_proj");
    assertStacked(folder, read, "blk.1.ffn_up_exps.weight", "mlp.experts.%d.up_proj");
    assertStacked(folder, read, "blk.1.ffn_down_exps.weight", "mlp.experts.%d.down_proj");
    assertThat(text(read))
        .containsSubsequence(
            "general.architecture=qwen3moe",
            "qwen3moe.feed_forward_length=24",
            "qwen3moe.attention.layer_norm_rms_epsilon=1.0E-5",
            "qwen3moe.expert_count=3",
            "qwen3moe.expert_used_count=2",
            "qwen3moe.attention.key_length=4",
            "qwen3moe.expert_feed_forward_length=12");
  }

  /** By floats and by bytes, in pieces that no expert ends with. */
  private static void assertStacked(
      ModelFolder folder, HuggingFaceFolder read, String target, String name) {
    List<Float> expected = new ArrayList<>();
    for (int expert = 0; expert < COUNT; expert++) {
      String full = "model.layers.1.%s.weight".formatted(name.formatted(expert));
      for (float value : Objects.requireNonNull(folder.tensors.get(full), full).toFloats())
        expected.add(value);
    }
    RowSource rows = rows(read, target);
    int columns = rows.info().columns();
    int step = 5;
    for (int first = 0; first < rows.info().rows(); first += step) {
      int count = (int) Math.min(step, rows.info().rows() - first);
      float[] values = new float[count * columns];
      rows.readRows(first, count, values);
      for (int i = 0; i < values.length; i++)
        assertThat(values[i]).isEqualTo(expected.get(first * columns + i));
    }
    if (rows.info().type().blockBytes() != 2) return;
    byte[] bytes = new byte[2 * expected.size()];
    rows.copyBlocks(0, expected.size(), bytes);
    for (int i = 0; i < expected.size(); i++) {
      int half = bytes[2 * i] & 0xFF | (bytes[2 * i + 1] & 0xFF) << 8;
      assertThat(Float.intBitsToFloat(half << 16)).isEqualTo(expected.get(i));
    }
  }

  /** A whole file: the router stays float, experts become blocks. */
  @Test
  void expertsAreQuantizedExpertByExpert() {
    HuggingFaceFolder read = wide().read();
    MixtureRequest request =
        new MixtureRequest(
            Mixture.Q8_0,
            false,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            false,
            false,
            false);
    Path out = path.resolve("out.gguf");
    CheckpointPlan plan = CheckpointPlan.of(read, request, Optional.empty());
    CheckpointWriter.write(plan.job(out, "test"), 2, WriteProgress.NONE);
    Gguf made = Gguf.read(out);
    assertThat(type(made, "blk.0.ffn_gate_exps.weight")).isEqualTo("Q8_0");
    assertThat(type(made, "blk.0.ffn_down_exps.weight")).isEqualTo("Q8_0");
    assertThat(type(made, "blk.0.ffn_gate_inp.weight")).isEqualTo("F32");
    assertThat(Objects.requireNonNull(made.tensors().get("blk.0.ffn_up_exps.weight")).info())
        .hasToString("blk.0.ffn_up_exps.weight Q8_0[32, 32, 2]");
  }

  private ModelFolder wide() {
    int size = 32;
    ModelFolder folder = new ModelFolder(path, "MixtralForCausalLM");
    folder.with("hidden_size", size).with("intermediate_size", size);
    folder.with("num_local_experts", 2).with("num_experts_per_tok", 1);
    folder.tensor("model.embed_tokens.weight", ModelFolder.VOCABULARY, size);
    folder.tensor("lm_head.weight", ModelFolder.VOCABULARY, size);
    folder.tensor("model.norm.weight", size);
    folder.layers("input_layernorm.weight", size).layers("post_attention_layernorm.weight", size);
    folder.layers("self_attn.q_proj.weight", size, size);
    folder.layers("self_attn.k_proj.weight", size / 2, size);
    folder.layers("self_attn.v_proj.weight", size / 2, size);
    folder.layers("self_attn.o_proj.weight", size, size);
    folder.layers("block_sparse_moe.gate.weight", 2, size);
    for (int expert = 0; expert < 2; expert++)
      for (int i = 1; i <= 3; i++)
        folder.layers("block_sparse_moe.experts.%d.w%d.weight".formatted(expert, i), size, size);
    return folder;
  }

  private static String type(Gguf gguf, String name) {
    GgufTensor tensor = Objects.requireNonNull(gguf.tensors().get(name), name);
    return tensor.type().name();
  }

  /** To folders, each expert's matrices are matrices of their own; what chooses them stays. */
  @Test
  void layerMatricesAreThoseOfEachExpert() {
    qwen().write();
    LayerMatrices matrices = LayerMatrices.read(new ModelPlace(path));
    assertThat(matrices.names())
        .hasSize(2 * (4 + 3 * COUNT))
        .contains("model.layers.1.mlp.experts.2.down_proj.weight");
    assertThat(matrices.routers())
        .containsExactly("model.layers.0.mlp.gate.weight", "model.layers.1.mlp.gate.weight");
  }

  @Test
  void whatIsWrongIsRefused() {
    ModelFolder folder = qwen();
    folder.tensors.remove("model.layers.1.mlp.experts.1.up_proj.weight");
    refused(
        folder,
        MalformedModelException.class,
        "tensor \"model.layers.1.mlp.experts.1.up_proj.weight\" is missing");
    folder.tensor("model.layers.1.mlp.experts.1.up_proj.weight", OF_EXPERT, HIDDEN + 1);
    refused(folder, MalformedModelException.class, "is [12, 17], expected [12, 16]");
    folder.as(DType.FLOAT16).tensor("model.layers.1.mlp.experts.1.up_proj.weight", 12, HIDDEN);
    refused(
        folder, UnsupportedModelException.class, "FLOAT16, expected FLOAT32 as that of the first");
    folder.with("num_experts", Integer.MAX_VALUE);
    refused(
        folder,
        MalformedModelException.class,
        "\"num_experts\": 2147483647 experts in each of 2 layers");
    folder.with("num_experts", 1);
    refused(folder, MalformedModelException.class, "2 of 1 experts");
    folder.with("num_experts", COUNT).with("mlp_only_layers", List.of(0));
    refused(folder, UnsupportedModelException.class, "experts in some layers only");
    folder.config.remove("mlp_only_layers");
    folder.tensor("model.layers.0.mlp.experts.3.up_proj.weight", OF_EXPERT, HIDDEN);
    refused(folder, UnsupportedModelException.class, "none of that architecture's");
  }

  private static void refused(ModelFolder folder, Class<? extends Exception> kind, String message) {
    assertThatThrownBy(folder::read).isInstanceOf(kind).hasMessageContaining(message);
  }

  private static RowSource rows(HuggingFaceFolder read, String name) {
    return read.tensors().stream()
        .filter(one -> one.info().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> text(HuggingFaceFolder read) {
    return read.metadata().entrySet().stream()
        .map((Map.Entry<String, MetadataValue> entry) -> entry.getKey() + "=" + entry.getValue())
        .toList();
  }
}
