package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorInfo;
import java.util.List;
import java.util.Optional;

/** Tensors that stay as they are: too small to be worth it, or too sensitive. */
final class Kept {
  /** Names that contain {@code part} are kept. */
  private record Name(String part, String reason) {}

  private static final List<Name> NAMES =
      List.of(
          new Name("_norm.weight", "norm"),
          new Name("ffn_gate_inp.weight", "router of experts"),
          new Name("ffn_gate_tid2eid.weight", "table of experts"),
          new Name("altup", "small"),
          new Name("laurel", "small"),
          new Name("per_layer_model_proj", "small"),
          new Name("ssm_conv1d", "small convolution"),
          new Name("shortconv.conv.weight", "small convolution"),
          new Name("indexer.k_proj.weight", "small"),
          new Name("indexer.q_proj.weight", "small"),
          new Name("time_mix_first.weight", "small"),
          new Name("time_mix_w0.weight", "small"),
          new Name("time_mix_w1.weight", "small"),
          new Name("time_mix_w2.weight", "small"),
          new Name("time_mix_v0.weight", "small"),
          new Name("time_mix_v1.weight", "small"),
          new Name("time_mix_v2.weight", "small"),
          new Name("time_mix_a0.weight", "small"),
          new Name("time_mix_a1.weight", "small"),
          new Name("time_mix_a2.weight", "small"),
          new Name("time_mix_g1.weight", "small"),
          new Name("time_mix_g2.weight", "small"),
          new Name("time_mix_decay_w1.weight", "small"),
          new Name("time_mix_decay_w2.weight", "small"),
          new Name("time_mix_lerp_fused.weight", "small"),
          new Name("attn_rel_b.weight", "positions"),
          new Name(".position_embd", "positions"),
          new Name("sam.pos_embd", "positions"),
          new Name(".rel_pos", "positions"),
          new Name("sam.neck.", "image encoder"),
          new Name("sam.net_", "image encoder"),
          new Name(".patch_embd", "image encoder"),
          new Name(".patch_merger", "image encoder"),
          new Name("a.rvq.codebook", "audio codebook"),
          new Name("mm.a.code_embd", "audio codebook"));

  private Kept() {}

  /** Why the tensor stays as it is; empty if it may be quantized. */
  static Optional<String> reason(TensorInfo tensor, MixtureRequest request) {
    if (request.mixture() == Mixture.COPY) return Optional.of("copy");
    if (isVector(tensor)) return Optional.of("one dimension");
    String name = tensor.name();
    if (!name.endsWith("weight")) return Optional.of("not a weight");
    return switch (name) {
      case "position_embd.weight", "token_types.weight" -> Optional.of("positions");
      case "output.weight" ->
          request.leaveOutput() ? Optional.of("asked to be left") : Optional.empty();
      default ->
          NAMES.stream().filter(kept -> name.contains(kept.part)).map(Name::reason).findFirst();
    };
  }

  /** Dimensions of 1 after the last that is longer do not count. */
  private static boolean isVector(TensorInfo tensor) {
    long[] dimensions = tensor.dimensions();
    for (int i = 1; i < dimensions.length; i++) if (dimensions[i] > 1) return false;
    return true;
  }
}
