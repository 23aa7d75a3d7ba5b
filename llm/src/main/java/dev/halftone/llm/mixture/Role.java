package dev.halftone.llm.mixture;

/** What a tensor does in a model, as its name tells. */
enum Role {
  OUTPUT("output"),
  TOKEN_EMBEDDING("token embeddings"),
  ATTENTION_QKV("attention queries, keys and values"),
  ATTENTION_KV_B("attention keys and values"),
  ATTENTION_VALUE("attention values"),
  ATTENTION_KEY("attention keys"),
  ATTENTION_QUERY("attention queries"),
  ATTENTION_OUTPUT("attention output"),
  FFN_UP("feed-forward up"),
  FFN_GATE("feed-forward gate"),
  FFN_DOWN("feed-forward down"),
  OTHER("matrix");

  private final String words;

  Role(String words) {
    this.words = words;
  }

  static Role of(String name) {
    return switch (name) {
      case "output.weight" -> OUTPUT;
      case "token_embd.weight", "per_layer_token_embd.weight" -> TOKEN_EMBEDDING;
      default -> inLayer(name);
    };
  }

  private static Role inLayer(String name) {
    if (name.contains("attn_qkv.weight")) return ATTENTION_QKV;
    if (name.contains("attn_kv_b.weight")) return ATTENTION_KV_B;
    if (name.contains("attn_v.weight")) return ATTENTION_VALUE;
    if (name.contains("attn_k.weight")) return ATTENTION_KEY;
    if (name.contains("attn_q.weight")) return ATTENTION_QUERY;
    if (name.contains("attn_output.weight")) return ATTENTION_OUTPUT;
    if (name.contains("ffn_up")) return FFN_UP;
    if (name.contains("ffn_gate")) return FFN_GATE;
    return name.contains("ffn_down") ? FFN_DOWN : OTHER;
  }

  /** The role that this one follows the rules of. */
  Role ruled() {
    return switch (this) {
      case ATTENTION_QKV, ATTENTION_KV_B -> ATTENTION_VALUE;
      case OUTPUT,
          TOKEN_EMBEDDING,
          ATTENTION_VALUE,
          ATTENTION_KEY,
          ATTENTION_QUERY,
          ATTENTION_OUTPUT,
          FFN_UP,
          FFN_GATE,
          FFN_DOWN,
          OTHER ->
          this;
    };
  }

  @Override
  public String toString() {
    return words;
  }
}
