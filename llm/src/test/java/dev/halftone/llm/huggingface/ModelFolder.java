package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import tools.jackson.databind.json.JsonMapper;

/** A small model's folder on its way: two layers of width 16, 4 heads, 2 of keys. */
final class ModelFolder {
  static final int HIDDEN = 16;
  static final int HEADS = 4;
  static final int KEY_HEADS = 2;
  static final int INNER = 24;
  static final int VOCABULARY = 10;
  static final int LAYERS = 2;

  final Path path;
  final Map<String, Object> config = new LinkedHashMap<>();
  final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
  private final Random random = new Random(7);
  private DType dtype = DType.FLOAT32;

  ModelFolder(Path path, String architecture) {
    this.path = path;
    config.put("architectures", new String[] {architecture});
    config.put("hidden_size", HIDDEN);
    config.put("num_attention_heads", HEADS);
    config.put("num_key_value_heads", KEY_HEADS);
    config.put("intermediate_size", INNER);
    config.put("num_hidden_layers", LAYERS);
    config.put("vocab_size", VOCABULARY);
    config.put("max_position_embeddings", 64);
    config.put("rms_norm_eps", 1e-5);
    config.put("tie_word_embeddings", false);
  }

  /** Later tensors are of that type. */
  ModelFolder as(DType type) {
    dtype = type;
    return this;
  }

  ModelFolder tensor(String name, int... shape) {
    long[] dimensions = new long[shape.length];
    int count = 1;
    for (int i = 0; i < shape.length; i++) {
      dimensions[i] = shape[i];
      count *= shape[i];
    }
    // Values that every type of floats holds.
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = random.nextInt(-64, 64) / 32f;
    tensors.put(name, stored(values, dimensions));
    return this;
  }

  private Tensor stored(float[] values, long[] shape) {
    byte[] bytes = new byte[Math.toIntExact(dtype.bytes(values.length))];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case FLOAT64 -> out.putDouble(value);
        case FLOAT16 -> out.putShort(Float.floatToFloat16(value));
        case BFLOAT16 -> out.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        default -> out.putFloat(value);
      }
    }
    return Tensor.ofBytes(dtype, bytes, shape);
  }

  /** In every layer. */
  ModelFolder layers(String name, int... shape) {
    for (int i = 0; i < LAYERS; i++) tensor("model.layers.%d.%s".formatted(i, name), shape);
    return this;
  }

  ModelFolder ends() {
    return tensor("model.embed_tokens.weight", VOCABULARY, HIDDEN)
        .tensor("model.norm.weight", HIDDEN)
        .tensor("lm_head.weight", VOCABULARY, HIDDEN);
  }

  ModelFolder norms() {
    return layers("input_layernorm.weight", HIDDEN)
        .layers("post_attention_layernorm.weight", HIDDEN);
  }

  ModelFolder attention(int headSize) {
    return layers("self_attn.q_proj.weight", HEADS * headSize, HIDDEN)
        .layers("self_attn.k_proj.weight", KEY_HEADS * headSize, HIDDEN)
        .layers("self_attn.v_proj.weight", KEY_HEADS * headSize, HIDDEN)
        .layers("self_attn.o_proj.weight", HIDDEN, HEADS * headSize);
  }

  ModelFolder gated() {
    return layers("mlp.gate_proj.weight", INNER, HIDDEN)
        .layers("mlp.up_proj.weight", INNER, HIDDEN)
        .layers("mlp.down_proj.weight", HIDDEN, INNER);
  }

  /** A Llama with all that it needs. */
  static ModelFolder llama(Path path) {
    return new ModelFolder(path, "LlamaForCausalLM").ends().norms().attention(4).gated();
  }

  ModelFolder with(String key, Object value) {
    config.put(key, value);
    return this;
  }

  ModelFolder file(String name, String text) {
    try {
      Files.writeString(path.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Writes what there is to the folder. */
  ModelFolder write() {
    file("config.json", JsonMapper.shared().writeValueAsString(config));
    SafetensorsWriter.writeModel(path, Map.of("format", "pt"), tensors, 4000);
    return this;
  }

  HuggingFaceFolder read() {
    write();
    return HuggingFaceFolder.read(path);
  }
}
