package dev.halftone.llm.huggingface;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which tensors an architecture has, and what GGUF calls them. */
final class Slots {
  private static final List<String> MIXTRAL_EXPERTS =
      List.of(
          "block_sparse_moe.experts.*.w1",
          "block_sparse_moe.experts.*.w3",
          "block_sparse_moe.experts.*.w2");

  private static final List<String> QWEN_EXPERTS =
      List.of("mlp.experts.*.gate_proj", "mlp.experts.*.up_proj", "mlp.experts.*.down_proj");

  private final Architecture architecture;
  private final Dimensions size;

  /** Gemma multiplies by one more than the weights of its norms. */
  private final float shift;

  private Slots(Architecture architecture, Dimensions size) {
    this.architecture = architecture;
    this.size = size;
    this.shift = architecture.isGemma() ? 1 : 0;
  }

  /**
   * All slots, in the order in which GGUF files have them.
   *
   * @param tied whether the token embeddings are the output too
   */
  static List<Slot> of(Architecture architecture, Dimensions size, boolean tied) {
    Slots slots = new Slots(architecture, size);
    List<Slot> all = new ArrayList<>();
    all.add(
        Slot.of(
            "model.embed_tokens.weight", "token_embd.weight", size.vocabulary(), size.hidden()));
    List<Slot> layer = slots.layer();
    for (int i = 0; i < size.layers(); i++) for (Slot slot : layer) all.add(slot.in(i));
    all.addAll(slots.end());
    if (!tied) all.addAll(slots.output());
    return all;
  }

  private List<Slot> layer() {
    return switch (architecture) {
      case LLAMA -> join(norms(), pairs(), biases().map(Slot::optional), gated());
      case MIXTRAL -> join(norms(), pairs(), experts("block_sparse_moe.gate", MIXTRAL_EXPERTS));
      case QWEN3MOE -> join(norms(), pairs(), headNorms(), experts("mlp.gate", QWEN_EXPERTS));
      case QWEN2 -> join(norms(), pairs(), biases().filter(slot -> !isOutput(slot)), gated());
      case QWEN3 -> join(norms(), pairs(), headNorms(), gated());
      case GEMMA -> join(norms(), pairs(), gated());
      case GEMMA2 -> join(fourNorms(), pairs(), gated());
      case GEMMA3 -> join(fourNorms(), pairs(), headNorms(), gated());
      case PHI2 -> phi2();
      case PHI3 -> join(norms(), fused());
    };
  }

  private static boolean isOutput(Slot slot) {
    return slot.target().equals("attn_output.bias");
  }

  @SafeVarargs
  private static List<Slot> join(Stream<Slot>... parts) {
    return Stream.of(parts).flatMap(part -> part).toList();
  }

  private Slot norm(String name, String target, long length) {
    return Slot.of(name + ".weight", target + ".weight", length).shifted(shift);
  }

  private Stream<Slot> norms() {
    return Stream.of(
        norm("input_layernorm", "attn_norm", size.hidden()),
        norm("post_attention_layernorm", "ffn_norm", size.hidden()));
  }

  private Stream<Slot> fourNorms() {
    return Stream.of(
        norm("input_layernorm", "attn_norm", size.hidden()),
        norm("post_attention_layernorm", "post_attention_norm", size.hidden()),
        norm("pre_feedforward_layernorm", "ffn_norm", size.hidden()),
        norm("post_feedforward_layernorm", "post_ffw_norm", size.hidden()));
  }

  private Stream<Slot> headNorms() {
    return Stream.of(
        norm("self_attn.q_norm", "attn_q_norm", size.headSize()),
        norm("self_attn.k_norm", "attn_k_norm", size.headSize()));
  }

  /** Groups of rows that are turned pair by pair: {@code heads}, or none. */
  private int paired(int heads) {
    return architecture.pairsRows() ? heads : 0;
  }

  private Stream<Slot> pairs() {
    return Stream.of(
        matrix("self_attn.q_proj", "attn_q", size.queries(), size.hidden())
            .paired(paired(size.heads())),
        matrix("self_attn.k_proj", "attn_k", size.keys(), size.hidden())
            .paired(paired(size.keyHeads())),
        matrix("self_attn.v_proj", "attn_v", size.keys(), size.hidden()),
        matrix("self_attn.o_proj", "attn_output", size.hidden(), size.queries()));
  }

  private Stream<Slot> biases() {
    return Stream.of(
        bias("self_attn.q_proj", "attn_q", size.queries()).paired(paired(size.heads())),
        bias("self_attn.k_proj", "attn_k", size.keys()).paired(paired(size.keyHeads())),
        bias("self_attn.v_proj", "attn_v", size.keys()),
        bias("self_attn.o_proj", "attn_output", size.hidden()));
  }

  private Stream<Slot> gated() {
    return Stream.of(
        matrix("mlp.gate_proj", "ffn_gate", size.inner(), size.hidden()),
        matrix("mlp.up_proj", "ffn_up", size.inner(), size.hidden()),
        matrix("mlp.down_proj", "ffn_down", size.hidden(), size.inner()));
  }

  /**
   * @param router name of what chooses them
   * @param names of the gate, of what it is multiplied with, and of what leads back
   */
  private Stream<Slot> experts(String router, List<String> names) {
    Experts experts = size.experts().orElseThrow();
    return Stream.of(
        matrix(router, "ffn_gate_inp", experts.count(), size.hidden()),
        matrix(names.get(0), "ffn_gate_exps", experts.inner(), size.hidden()).of(experts.count()),
        matrix(names.get(1), "ffn_up_exps", experts.inner(), size.hidden()).of(experts.count()),
        matrix(names.get(2), "ffn_down_exps", size.hidden(), experts.inner()).of(experts.count()));
  }

  private Stream<Slot> fused() {
    return Stream.of(
        matrix("self_attn.qkv_proj", "attn_qkv", size.queries() + 2 * size.keys(), size.hidden()),
        matrix("self_attn.o_proj", "attn_output", size.hidden(), size.queries()),
        matrix("mlp.gate_up_proj", "ffn_up", 2L * size.inner(), size.hidden()),
        matrix("mlp.down_proj", "ffn_down", size.hidden(), size.inner()));
  }

  private List<Slot> phi2() {
    return join(
        Stream.of(
            norm("input_layernorm", "attn_norm", size.hidden()),
            bias("input_layernorm", "attn_norm", size.hidden())),
        pairs().filter(slot -> !slot.target().startsWith("attn_output")),
        biases().filter(slot -> !isOutput(slot)),
        linear("self_attn.dense", "attn_output", size.hidden(), size.queries()),
        linear("mlp.fc1", "ffn_up", size.inner(), size.hidden()),
        linear("mlp.fc2", "ffn_down", size.hidden(), size.inner()));
  }

  private List<Slot> end() {
    if (architecture == Architecture.PHI2)
      return List.of(
          norm("model.final_layernorm", "output_norm", size.hidden()),
          bias("model.final_layernorm", "output_norm", size.hidden()));
    return List.of(norm("model.norm", "output_norm", size.hidden()));
  }

  private List<Slot> output() {
    Slot weight = matrix("lm_head", "output", size.vocabulary(), size.hidden());
    if (architecture == Architecture.PHI2)
      return List.of(weight, bias("lm_head", "output", size.vocabulary()));
    return List.of(weight);
  }

  private static Stream<Slot> linear(String name, String target, long rows, long columns) {
    return Stream.of(matrix(name, target, rows, columns), bias(name, target, rows));
  }

  private static Slot matrix(String name, String target, long rows, long columns) {
    return Slot.of(name + ".weight", target + ".weight", rows, columns);
  }

  private static Slot bias(String name, String target, long length) {
    return Slot.of(name + ".bias", target + ".bias", length);
  }
}
