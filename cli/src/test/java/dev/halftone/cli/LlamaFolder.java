package dev.halftone.cli;

import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

/** A folder with a Llama of one layer and random weights, without a tokenizer. */
final class LlamaFolder {
  private static final int WIDTH = 256;

  private LlamaFolder() {}

  /** Writes the folder; the weights are Gaussian, rounded to the type. */
  static Path write(Path folder, long seed, DType type) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "hidden_size": 256, "num_attention_heads": 4,
         "num_key_value_heads": 2, "intermediate_size": 512, "num_hidden_layers": 1,
         "vocab_size": 300, "max_position_embeddings": 64, "rms_norm_eps": 1e-5}
        """);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    Random random = new Random(seed);
    String layer = "model.layers.0.";
    long[][] shapes = {
      {300, WIDTH},
      {WIDTH},
      {300, WIDTH},
      {WIDTH},
      {WIDTH},
      {WIDTH, WIDTH},
      {WIDTH / 2, WIDTH},
      {WIDTH / 2, WIDTH},
      {WIDTH, WIDTH},
      {2 * WIDTH, WIDTH},
      {2 * WIDTH, WIDTH},
      {WIDTH, 2 * WIDTH}
    };
    String[] names = {
      "model.embed_tokens.weight",
      "model.norm.weight",
      "lm_head.weight",
      layer + "input_layernorm.weight",
      layer + "post_attention_layernorm.weight",
      layer + "self_attn.q_proj.weight",
      layer + "self_attn.k_proj.weight",
      layer + "self_attn.v_proj.weight",
      layer + "self_attn.o_proj.weight",
      layer + "mlp.gate_proj.weight",
      layer + "mlp.up_proj.weight",
      layer + "mlp.down_proj.weight"
    };
    for (int i = 0; i < names.length; i++) tensors.put(names[i], gaussian(random, type, shapes[i]));
    SafetensorsWriter.writeModel(folder, Map.of(), tensors, Long.MAX_VALUE);
    return folder;
  }

  private static Tensor gaussian(Random random, DType type, long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    if (type == DType.FLOAT32) return Tensor.ofFloats(values, shape);
    byte[] halves = new byte[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      int half =
          type == DType.FLOAT16
              ? Float.floatToFloat16(values[i])
              : Float.floatToRawIntBits(values[i]) >>> 16;
      halves[2 * i] = (byte) half;
      halves[2 * i + 1] = (byte) (half >> 8);
    }
    return Tensor.ofBytes(type, halves, shape);
  }
}
