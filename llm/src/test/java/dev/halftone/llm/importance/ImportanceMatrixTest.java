package dev.halftone.llm.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.GgufWriter;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.BadInputException;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportanceMatrixTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "gguf")
          .resolve("e2e-imatrix.gguf");

  private static final TensorInfo MATRIX = info("w.weight", 3, 5);
  private static final TensorInfo EXPERTS = info("w.weight", 3, 5, 2);

  @TempDir private Path folder;

  @Test
  void meansAreSumsOverCounts() {
    ImportanceMatrix read =
        gguf(floats("w.weight.in_sum2", 3, 1, 1, 2, 9), floats("w.weight.counts", 1, 1, 3));

    assertThat(read.of(MATRIX).orElseThrow().of(0)).containsExactly(1 / 3f, 2 / 3f, 3f);
    assertThat(read.of(MATRIX).orElseThrow().experts()).isOne();
    assertThat(read.has("w.weight")).isTrue();
  }

  @Test
  void expertsHaveWeightsOfTheirOwnAndOnesWithoutData() {
    ImportanceMatrix read =
        gguf(
            floats("w.weight.in_sum2", 3, 2, 0, 0, 0, 2, 4, 8),
            floats("w.weight.counts", 1, 2, 0, 2));

    ColumnWeights weights = read.of(EXPERTS).orElseThrow();

    assertThat(weights.experts()).isEqualTo(2);
    assertThat(weights.of(0)).containsExactly(1, 1, 1);
    assertThat(weights.of(1)).containsExactly(1, 2, 4);
    assertThatThrownBy(() -> weights.of(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void originTellsFileAndData() {
    ImportanceMatrix read =
        gguf(floats("w.weight.in_sum2", 3, 1, 1, 2, 9), floats("w.weight.counts", 1, 1, 3));

    assertThat(read.origin())
        .isEqualTo(new Origin(folder.resolve("imatrix.gguf").toString(), List.of("text"), 1, 7));
  }

  @Test
  void otherTensorsHaveNoWeights() {
    ImportanceMatrix read =
        gguf(floats("w.weight.in_sum2", 3, 1, 1, 2, 9), floats("w.weight.counts", 1, 1, 3));

    assertThat(read.has("v.weight")).isFalse();
    assertThat(read.of(info("v.weight", 3, 5))).isEmpty();
  }

  @Test
  void weightsOfAnotherSizeAreRefusedButForTokenEmbeddings() {
    ImportanceMatrix read =
        gguf(
            floats("w.weight.in_sum2", 3, 1, 1, 2, 9),
            floats("w.weight.counts", 1, 1, 3),
            floats("token_embd.weight.in_sum2", 3, 1, 1, 2, 9),
            floats("token_embd.weight.counts", 1, 1, 3));

    assertThat(read.of(info("token_embd.weight", 4, 5))).isEmpty();
    for (TensorInfo other : List.of(info("w.weight", 4, 5), EXPERTS, info("w.weight", 1, 3)))
      assertThatThrownBy(() -> read.of(other))
          .isInstanceOf(MalformedModelException.class)
          .hasMessageContaining("tensor \"w.weight\": 3 weights, expected");
  }

  @Test
  void theOlderFormIsRead() throws IOException {
    OlderBytes bytes = new OlderBytes().number(2);
    bytes.text("w.weight").number(4).floats(1, 2, 3);
    bytes.text("x.weight").number(0).floats(1, 2, 3, 4);
    bytes.number(9).text("wiki.txt");

    ImportanceMatrix read = older(bytes);

    assertThat(read.of(MATRIX).orElseThrow().of(0)).containsExactly(0.25f, 0.5f, 0.75f);
    assertThat(read.of(info("x.weight", 2, 1, 2)).orElseThrow().of(1)).containsExactly(3, 4);
    assertThat(read.origin().datasets()).containsExactly("wiki.txt");
    assertThat(read.origin().entries()).isEqualTo(2);
    assertThat(read.origin().chunks()).isEqualTo(9);
  }

  @Test
  void theOlderFormMayEndAfterItsEntries() throws IOException {
    OlderBytes bytes = new OlderBytes().number(1).text("w.weight").number(4).floats(1, 2, 3);

    Origin origin = older(bytes).origin();

    assertThat(origin.chunks()).isZero();
    assertThat(origin.datasets()).isEmpty();
    assertThat(older(bytes.number(5)).origin().chunks()).isEqualTo(5);
  }

  @Test
  void everyCutOfTheOlderFormIsRefused() throws IOException {
    OlderBytes bytes = new OlderBytes().number(1).text("w.weight").number(4).floats(1, 2, 3);
    int entries = bytes.toArray().length;
    byte[] whole = bytes.number(5).text("data").toArray();
    for (int length = 0; length < whole.length; length++) {
      // There may be nothing behind the entries, or only the number of chunks.
      if (length == entries || length == entries + 4) continue;
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> older(cut))
          .as("cut to %d bytes", cut.length)
          .isInstanceOf(MalformedModelException.class)
          .hasMessageContaining("imatrix.dat at byte");
    }
  }

  @Test
  void partsAreMergedByWhatWasMeasured() throws IOException {
    ImportanceMatrix first =
        gguf(
            floats("w.weight.in_sum2", 3, 2, 0, 0, 0, 2, 4, 8),
            floats("w.weight.counts", 1, 2, 0, 2),
            floats("x.in_sum2", 1, 1, 3),
            floats("x.counts", 1, 1, 2));
    Files.move(folder.resolve("imatrix.gguf"), folder.resolve("first.gguf"));
    ImportanceMatrix second =
        gguf(
            floats("w.weight.in_sum2", 3, 2, 0, 0, 0, 4, 4, 4),
            floats("w.weight.counts", 1, 2, 0, 4));

    ImportanceMatrix merged = ImportanceMatrix.merge(List.of(first, second));

    ColumnWeights weights = merged.of(EXPERTS).orElseThrow();
    assertThat(weights.of(0)).containsExactly(1, 1, 1);
    assertThat(weights.of(1)).containsExactly(1, 8 / 6f, 2);
    assertThat(merged.of(info("x", 1)).orElseThrow().of(0)).containsExactly(1.5f);
    assertThat(merged.origin().entries()).isEqualTo(2);
    assertThat(merged.origin().chunks()).isEqualTo(14);
    assertThat(merged.origin().datasets()).containsExactly("text");
  }

  @Test
  void partsThatDoNotGoTogetherAreRefused() throws IOException {
    ImportanceMatrix tokens =
        gguf(floats("w.weight.in_sum2", 3, 1, 1, 2, 9), floats("w.weight.counts", 1, 1, 3));
    ImportanceMatrix calls = older(one().text("w.weight").number(4).floats(1, 2));
    Files.delete(folder.resolve("imatrix.dat"));
    ImportanceMatrix longer = older(one().text("w.weight").number(4).floats(1, 2, 3));

    assertThatThrownBy(() -> ImportanceMatrix.merge(List.of(tokens, calls)))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageMatching(".*imatrix.dat: another form than .*imatrix.gguf");
    assertThatThrownBy(() -> ImportanceMatrix.merge(List.of(calls, longer)))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("imatrix.dat: 3 weights of a tensor, others have 2");
    assertThatThrownBy(() -> ImportanceMatrix.merge(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void damageIsRefusedOrHarmless() throws IOException {
    gguf(floats("w.weight.in_sum2", 3, 1, 1, 2, 9), floats("w.weight.counts", 1, 1, 3));
    byte[] gguf = Files.readAllBytes(folder.resolve("imatrix.gguf"));
    byte[] older =
        one().text("w.weight").number(4).floats(1, 2, 3).number(5).text("data").toArray();
    Random random = new Random(11);
    for (byte[] whole : List.of(gguf, older))
      for (int i = 0; i < 2000; i++) {
        byte[] damaged = whole.clone();
        for (int hits = random.nextInt(1, 4); hits > 0; hits--)
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        readOrRefuse(Files.write(folder.resolve("damaged"), damaged));
      }
  }

  private static void readOrRefuse(Path file) {
    try {
      ImportanceMatrix read = ImportanceMatrix.read(file);
      if (read.has(MATRIX.name()))
        for (float mean : read.of(MATRIX).orElseThrow().of(0))
          assertThat(mean).isFinite().isNotNegative();
    } catch (BadInputException refused) {
      assertThat(refused).hasMessageContaining("damaged");
    }
  }

  @Test
  void numbersBeyondTheOlderFileAreRefused() {
    refuses(new OlderBytes().number(0), "at byte 0: number of entries is 0");
    refuses(new OlderBytes().number(-1), "at byte 0: number of entries is -1");
    refuses(new OlderBytes().number(Integer.MAX_VALUE).text("w"), "at byte 0: number of entries");
    refuses(one().number(-5).number(0).number(0).number(0), "at byte 4: length of the name is -5");
    refuses(
        one().number(1 << 30).number(0).number(0).number(0), "at byte 4: length of the name is");
    refuses(one().text("w").number(1).number(0).number(0), "at byte 13: number of values is 0");
    refuses(
        one().text("w").number(1).number(Integer.MAX_VALUE).number(0),
        "at byte 13: number of values is 2147483647");
    refuses(
        one().text("w").number(1).floats(1).number(1).number(-1),
        "at byte 25: length of the name of the data set is -1");
  }

  @Test
  void valuesThatAreNoMeansAreRefused() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1}) {
      refuses(one().text("w").number(1).floats(1, bad), "at byte 17: \"w\": sum 1 of squares is");
      refusesGguf(
          "tensor \"w\": sum 1 of squares is " + bad,
          floats("w.in_sum2", 2, 1, 1, bad),
          floats("w.counts", 1, 1, 3));
      refusesGguf(
          "tensor \"w\": a count of " + bad,
          floats("w.in_sum2", 2, 1, 1, 2),
          floats("w.counts", 1, 1, bad));
    }
    refusesGguf(
        "tensor \"w\": a count of 1.0E-30",
        floats("w.in_sum2", 2, 1, 1e30f, 2),
        floats("w.counts", 1, 1, 1e-30f));
  }

  @Test
  void anEntryThatComesTwiceIsRefused() {
    refuses(
        new OlderBytes().number(2).text("w").number(1).floats(1).text("w").number(1).floats(1),
        "at byte 21: a second entry for \"w\"");
  }

  @Test
  void aNameThatIsNoTextIsRefused() {
    refuses(
        one().number(1).raw(0xFF).number(1).number(1).number(0),
        "at byte 8: the name is not UTF-8");
  }

  @Test
  void sumsAndCountsThatDoNotGoTogetherAreRefused() {
    GgufTensor sums = floats("w.in_sum2", 3, 1, 1, 2, 3);
    refusesGguf("tensor \"w\": sums without counts", sums);
    refusesGguf("tensor \"w\": counts without sums", floats("w.counts", 1, 1, 3));
    refusesGguf("tensor \"w\": 3 sums and 2 counts", sums, floats("w.counts", 1, 2, 3, 4));
    refusesGguf("tensor \"w\": 3 sums and 0 counts", sums, floats("w.counts", 1, 0));
    refusesGguf(
        "tensor \"w\": 0 sums and 1 counts",
        floats("w.in_sum2", 0, 1),
        floats("w.counts", 1, 1, 3));
    refusesGguf(
        "tensor \"w\": more than 65536 counts",
        sums,
        floats("w.counts", 1, 1 << 17, new float[1 << 17]));
    TensorType half = new TensorType.Blocks(BlockType.F16);
    TensorInfo halves = new TensorInfo("w.counts", half, new long[] {1});
    refusesGguf(
        "tensor \"w\": sums are F32, counts F16",
        sums,
        new GgufTensor(halves, MemorySegment.ofArray(new byte[2])));
  }

  @Test
  void aModelIsNoImportanceMatrix() {
    assertThatThrownBy(() -> gguf(floats("w.weight", 3, 1, 1, 2, 3)))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("no tensor NAME.in_sum2");
  }

  @Test
  void keysThatTellTheOriginAreNeeded() {
    for (String key : List.of("imatrix.datasets", "imatrix.chunk_count", "imatrix.chunk_size")) {
      SequencedMap<String, MetadataValue> metadata = metadata();
      metadata.remove(key);
      assertThatThrownBy(() -> gguf(metadata)).hasMessageContaining("no key " + key);
      metadata.put(key, MetadataValue.of("text"));
      assertThatThrownBy(() -> gguf(metadata))
          .isInstanceOf(MalformedModelException.class)
          .hasMessageContaining(key)
          .hasMessageContaining("expected");
    }
  }

  @Test
  void theGoldenFileIsRead() {
    assumeTrue(Files.exists(GOLDEN), "golden/gguf/e2e-imatrix.gguf is not there");
    ImportanceMatrix read = ImportanceMatrix.read(GOLDEN);

    assertThat(read.origin()).isEqualTo(new Origin(GOLDEN.toString(), List.of("synthetic"), 9, 1));
    String name = "blk.0.attn_q.weight.in_sum2";
    GgufTensor sums = Objects.requireNonNull(Gguf.read(GOLDEN).tensors().get(name));
    float[] expected = sums.tensor().orElseThrow().toFloats().clone();
    for (int i = 0; i < expected.length; i++) expected[i] /= 512;
    assertThat(read.of(info("blk.0.attn_q.weight", 256, 256)).orElseThrow().of(0))
        .containsExactly(expected);
  }

  private static OlderBytes one() {
    return new OlderBytes().number(1);
  }

  private void refuses(OlderBytes bytes, String problem) {
    assertThatThrownBy(() -> older(bytes))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining(problem);
  }

  private ImportanceMatrix older(OlderBytes bytes) throws IOException {
    return older(bytes.toArray());
  }

  private ImportanceMatrix older(byte[] bytes) throws IOException {
    return ImportanceMatrix.read(Files.write(folder.resolve("imatrix.dat"), bytes));
  }

  private void refusesGguf(String problem, GgufTensor... tensors) {
    assertThatThrownBy(() -> gguf(tensors))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining(problem);
  }

  private ImportanceMatrix gguf(GgufTensor... tensors) {
    return gguf(metadata(), tensors);
  }

  private ImportanceMatrix gguf(
      SequencedMap<String, MetadataValue> metadata, GgufTensor... tensors) {
    Path file = folder.resolve("imatrix.gguf");
    GgufWriter.write(file, metadata, new ArrayList<>(List.of(tensors)));
    return ImportanceMatrix.read(file);
  }

  private static SequencedMap<String, MetadataValue> metadata() {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put(
        "imatrix.datasets",
        MetadataValue.array(ValueType.STRING, List.of(MetadataValue.of("text"))));
    metadata.put("imatrix.chunk_count", MetadataValue.of(ValueType.UINT32, 7));
    metadata.put("imatrix.chunk_size", MetadataValue.of(ValueType.UINT32, 512));
    return metadata;
  }

  private static TensorInfo info(String name, long... dimensions) {
    return new TensorInfo(name, Plain.F32, dimensions);
  }

  private static GgufTensor floats(String name, int columns, int rows, float... values) {
    byte[] bytes = new byte[4 * values.length];
    MemorySegment.copy(values, 0, MemorySegment.ofArray(bytes), Tensor.FLOAT, 0, values.length);
    return new GgufTensor(info(name, columns, rows), MemorySegment.ofArray(bytes));
  }
}
