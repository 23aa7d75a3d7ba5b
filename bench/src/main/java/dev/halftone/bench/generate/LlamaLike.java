package dev.halftone.bench.generate;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.llm.source.RowSource;
import dev.halftone.llm.stream.CheckpointJob;
import dev.halftone.llm.stream.CheckpointWriter;
import dev.halftone.llm.stream.FileJob;
import dev.halftone.llm.stream.TensorJob;
import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.number.gguf.BlockType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * {@code LlamaLike FILE} writes a GGUF file in F16 of the shape of a Llama of 836 million
 * parameters (16 layers, width 2,048, feed-forward 5,632, 32 heads of which 4 have keys and values,
 * vocabulary 32,000) with random weights and no tokens: 1.67 GB, to be quantized, not to be run.
 */
public final class LlamaLike {
  private static final double DEVIATION = 0.02;

  private LlamaLike() {}

  /** What the tensors' dimensions follow from. */
  record Shape(int layers, int width, int inner, int heads, int valueHeads, int vocabulary) {
    static final Shape OF_836_MILLION = new Shape(16, 2_048, 5_632, 32, 4, 32_000);
  }

  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    write(file, Shape.OF_836_MILLION, Runtime.getRuntime().availableProcessors());
  }

  static void write(Path file, Shape shape, int threads) {
    List<TensorJob> tensors = new ArrayList<>();
    for (TensorInfo info : tensors(shape))
      tensors.add(
          new TensorJob(new Gaussian(info, tensors.size()), stored(info), Optional.empty()));
    // There is no file that this is made from; the folder stands for it.
    Path folder = file.toAbsolutePath().getParent();
    CheckpointJob job =
        new CheckpointJob(
            List.of(new FileJob(file, metadata(shape), tensors)), List.of(folder), "bench");
    CheckpointWriter.write(job, threads, WriteProgress.NONE);
  }

  private static TensorType stored(TensorInfo info) {
    return info.dimensions().length == 1 ? Plain.F32 : new Blocks(BlockType.F16);
  }

  private static List<TensorInfo> tensors(Shape shape) {
    long width = shape.width();
    long values = width / shape.heads() * shape.valueHeads();
    List<TensorInfo> all = new ArrayList<>();
    all.add(info("token_embd.weight", width, shape.vocabulary()));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "blk.%d.".formatted(layer);
      all.add(info(block + "attn_norm.weight", width));
      all.add(info(block + "attn_q.weight", width, width));
      all.add(info(block + "attn_k.weight", width, values));
      all.add(info(block + "attn_v.weight", width, values));
      all.add(info(block + "attn_output.weight", width, width));
      all.add(info(block + "ffn_norm.weight", width));
      all.add(info(block + "ffn_gate.weight", width, shape.inner()));
      all.add(info(block + "ffn_down.weight", shape.inner(), width));
      all.add(info(block + "ffn_up.weight", width, shape.inner()));
    }
    all.add(info("output_norm.weight", width));
    all.add(info("output.weight", width, shape.vocabulary()));
    return all;
  }

  private static TensorInfo info(String name, long... dimensions) {
    return new TensorInfo(name, Plain.F32, dimensions);
  }

  private static SequencedMap<String, MetadataValue> metadata(Shape shape) {
    SequencedMap<String, MetadataValue> keys = new LinkedHashMap<>();
    keys.put("general.architecture", MetadataValue.of("llama"));
    keys.put("general.name", MetadataValue.of("random"));
    keys.put("general.file_type", count(1));
    keys.put("llama.context_length", count(2_048));
    keys.put("llama.embedding_length", count(shape.width()));
    keys.put("llama.block_count", count(shape.layers()));
    keys.put("llama.feed_forward_length", count(shape.inner()));
    keys.put("llama.attention.head_count", count(shape.heads()));
    keys.put("llama.attention.head_count_kv", count(shape.valueHeads()));
    keys.put("llama.attention.layer_norm_rms_epsilon", MetadataValue.of(1e-5f));
    keys.put("llama.rope.dimension_count", count(shape.width() / shape.heads()));
    keys.put("llama.vocab_size", count(shape.vocabulary()));
    keys.put("tokenizer.ggml.model", MetadataValue.of("no_vocab"));
    return keys;
  }

  private static MetadataValue count(int value) {
    return MetadataValue.of(ValueType.UINT32, value);
  }

  /** Normally distributed values, each row from its own seed. */
  private record Gaussian(TensorInfo info, int seed) implements RowSource {
    @Override
    public boolean hasValues() {
      return true;
    }

    @Override
    public void readRows(long first, int count, float[] out) {
      int columns = info.columns();
      for (int row = 0; row < count; row++) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + first + row);
        for (int i = row * columns; i < (row + 1) * columns; i++)
          out[i] = (float) (random.nextGaussian() * DEVIATION);
      }
    }

    @Override
    public void copyBlocks(long first, int count, byte[] out) {
      float[] values = new float[info.columns()];
      readRows(0, 1, values);
      ByteBuffer bytes = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values, (int) first, count);
    }
  }
}
