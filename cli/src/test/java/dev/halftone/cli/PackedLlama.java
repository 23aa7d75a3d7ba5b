package dev.halftone.cli;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
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

/**
 * The Llama of {@link LlamaFolder} with random codes for the matrices of its layer, packed as GPTQ
 * and AWQ describe it, word by word, and beside it the folder with the floats that they stand for.
 */
final class PackedLlama {
  /** Of an AWQ word: which of eight columns lies where, from the lowest bits up. */
  private static final int[] AWQ_ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

  private static final int GROUP = 64;

  private final Random random = new Random(17);
  private final SequencedMap<String, Tensor> packed = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> floats = new LinkedHashMap<>();
  private final int bits;
  private final boolean awq;
  private final boolean ordered;
  private final int stored;

  /**
   * @param ordered whether columns are of groups in any order, which GPTQ calls desc_act
   * @param stored what a zero point is stored less
   */
  private PackedLlama(int bits, boolean awq, boolean ordered, int stored) {
    this.bits = bits;
    this.awq = awq;
    this.ordered = ordered;
    this.stored = stored;
  }

  static void gptq(Path packed, Path floats, int bits, boolean ordered, boolean v2)
      throws IOException {
    String config =
        """
        "bits": %d, "group_size": %d, "desc_act": %s, "sym": false, "quant_method": "gptq",
        "checkpoint_format": "%s"
        """
            .formatted(bits, GROUP, ordered, v2 ? "gptq_v2" : "gptq");
    new PackedLlama(bits, false, ordered, v2 ? 0 : 1).write(packed, floats, config);
  }

  static void awq(Path packed, Path floats) throws IOException {
    String config =
        """
        "bits": 4, "group_size": %d, "zero_point": true, "quant_method": "awq", "version": "gemm"
        """
            .formatted(GROUP);
    new PackedLlama(4, true, false, 0).write(packed, floats, config);
  }

  private void write(Path packedFolder, Path floatFolder, String config) throws IOException {
    LlamaFolder.write(packedFolder, 3, DType.FLOAT16);
    LlamaFolder.write(floatFolder, 3, DType.FLOAT16);
    SafetensorsModel.read(packedFolder)
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.contains("_proj")) addMatrix(name.replace(".weight", ""), tensor);
              else addBoth(name, tensor);
            });
    SafetensorsWriter.writeModel(packedFolder, Map.of(), packed, Long.MAX_VALUE);
    SafetensorsWriter.writeModel(floatFolder, Map.of(), floats, Long.MAX_VALUE);
    Path file = packedFolder.resolve("config.json");
    String text = Files.readString(file).strip();
    Files.writeString(
        file,
        text.substring(0, text.length() - 1) + ", \"quantization_config\": {" + config + "}}");
  }

  private void addBoth(String name, Tensor tensor) {
    packed.put(name, tensor);
    floats.put(name, tensor);
  }

  private void addMatrix(String module, Tensor like) {
    int rows = (int) like.dimension(0);
    int columns = (int) like.dimension(1);
    int groups = columns / GROUP;
    int levels = 1 << bits;
    int[] groupOf = new int[columns];
    for (int k = 0; k < columns; k++) groupOf[k] = ordered ? random.nextInt(groups) : k / GROUP;
    int[][] codes = new int[columns][rows];
    for (int[] line : codes) for (int o = 0; o < rows; o++) line[o] = random.nextInt(levels);
    int[][] zeros = new int[groups][rows];
    short[] scales = new short[groups * rows];
    for (int g = 0; g < groups; g++) {
      for (int o = 0; o < rows; o++) {
        zeros[g][o] = stored + random.nextInt(levels - stored);
        scales[g * rows + o] = Float.floatToFloat16(0.01f + random.nextFloat());
      }
    }
    float[] values = new float[rows * columns];
    for (int o = 0; o < rows; o++)
      for (int k = 0; k < columns; k++)
        values[o * columns + k] =
            (codes[k][o] - zeros[groupOf[k]][o])
                * Float.float16ToFloat(scales[groupOf[k] * rows + o]);
    floats.put(module + ".weight", Tensor.ofFloats(values, rows, columns));
    packed.put(module + ".qweight", awq ? along(codes, 0) : down(codes));
    packed.put(module + ".qzeros", along(zeros, stored));
    packed.put(module + ".scales", halves(scales, groups, rows));
    if (!awq) packed.put(module + ".g_idx", Tensor.ofInts(groupOf, columns));
    if (!awq) packed.put(module + ".bias", halves(new short[rows], rows));
  }

  /** Words of numbers that are below each other, the first in the lowest bits. */
  private Tensor down(int[][] numbers) {
    int ofWord = 32 / bits;
    int width = numbers[0].length;
    int[] words = new int[numbers.length / ofWord * width];
    for (int i = 0; i < numbers.length; i++)
      for (int o = 0; o < width; o++)
        words[i / ofWord * width + o] |= numbers[i][o] << bits * (i % ofWord);
    return Tensor.ofInts(words, numbers.length / ofWord, width);
  }

  /** Words of numbers that are beside each other. */
  private Tensor along(int[][] numbers, int less) {
    int ofWord = 32 / bits;
    int width = numbers[0].length / ofWord;
    int[] words = new int[numbers.length * width];
    for (int line = 0; line < numbers.length; line++)
      for (int word = 0; word < width; word++)
        for (int i = 0; i < ofWord; i++) {
          int number = numbers[line][word * ofWord + (awq ? AWQ_ORDER[i] : i)] - less;
          words[line * width + word] |= number << bits * i;
        }
    return Tensor.ofInts(words, numbers.length, width);
  }

  private static Tensor halves(short[] halves, long... shape) {
    byte[] bytes = new byte[2 * halves.length];
    for (int i = 0; i < halves.length; i++) {
      bytes[2 * i] = (byte) halves[i];
      bytes[2 * i + 1] = (byte) (halves[i] >> 8);
    }
    return Tensor.ofBytes(DType.FLOAT16, bytes, shape);
  }
}
