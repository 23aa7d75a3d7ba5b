package dev.halftone.llm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.GgufWriter;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.importance.ColumnWeights;
import dev.halftone.llm.importance.ImportanceMatrix;
import dev.halftone.llm.importance.Origin;
import dev.halftone.llm.source.GgufRows;
import dev.halftone.number.gguf.BlockType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every file that llama.cpp made of one small model: its tensors, and where it can be, all of it.
 */
final class GoldenFilesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "gguf");

  /** Tensors lie at multiples of this, and hashes are of that much. */
  private static final int ALIGNMENT = 32;

  /** The name under which llama.cpp was given the importance weights. */
  private static final String IMPORTANCE_FILE = "/peers/mixtures/e2e-imatrix.gguf";

  @TempDir private Path temporary;

  /** What llama.cpp was asked for. */
  private record Case(String mixture, boolean importance, String flags) {
    MixtureRequest request() {
      MixtureRequest asked = MixtureRequest.of(Mixture.ofName(mixture).orElseThrow());
      return flags.equals("--pure") ? pure(asked.mixture()) : asked;
    }

    private static MixtureRequest pure(Mixture mixture) {
      return new MixtureRequest(
          mixture, true, Optional.empty(), Optional.empty(), List.of(), false, false, false);
    }
  }

  /** What llama.cpp wrote: type number, bytes and hash of one tensor, or of the file. */
  private record Row(String tensor, String type, long bytes, String hash) {}

  @Test
  void theTableIsWhole() throws IOException {
    Map<Case, List<Row>> cases = cases();

    assertThat(cases).hasSize(78);
    assertThat(cases.values().stream().filter(List::isEmpty)).hasSize(9);
    assertThat(cases.values().stream().filter(rows -> rows.size() == 13)).hasSize(69);
  }

  @TestFactory
  Stream<DynamicTest> everyFileIsEqual() throws IOException {
    Map<Case, List<Row>> cases = cases();
    Quantizer quantizer = new Quantizer();
    return cases.entrySet().stream()
        .map(
            wanted ->
                DynamicTest.dynamicTest(
                    wanted.getKey().toString(),
                    () -> check(quantizer, wanted.getKey(), wanted.getValue())));
  }

  private void check(Quantizer quantizer, Case wanted, List<Row> rows) throws Exception {
    List<Assignment> assignments =
        Assignments.of(
            quantizer.source.metadata(), quantizer.infos(), wanted.request(), wanted.importance);
    if (rows.isEmpty()) {
      assertThatThrownBy(() -> Assignments.checkImportance(assignments, name -> false))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageMatching("tensor \"blk.0.*\": I?Q._.* is useless without importance.*");
      return;
    }
    Assignments.checkImportance(
        assignments, name -> wanted.importance && quantizer.importance.has(name));
    List<GgufTensor> written = new ArrayList<>();
    for (Assignment assignment : assignments)
      written.add(quantizer.quantize(assignment, wanted.importance));
    for (int i = 0; i < written.size(); i++)
      assertThat(row(written.get(i))).isEqualTo(rows.get(i + 1));
    checkFile(quantizer, wanted, written, rows.getFirst());
  }

  private void checkFile(Quantizer quantizer, Case wanted, List<GgufTensor> written, Row expected)
      throws Exception {
    Path file = temporary.resolve("written.gguf");
    SequencedMap<String, MetadataValue> source = quantizer.source.metadata();
    Optional<Origin> origin =
        wanted.importance ? Optional.of(quantizer.origin()) : Optional.empty();
    GgufWriter.write(file, OutputMetadata.of(source, wanted.request().mixture(), origin), written);
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes.length).isEqualTo((int) expected.bytes);
    assertThat(sha256(bytes)).isEqualTo(expected.hash);
  }

  private static Row row(GgufTensor tensor) throws NoSuchAlgorithmException {
    int size = (int) tensor.data().byteSize();
    byte[] padded = new byte[(size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT];
    MemorySegment.ofArray(padded).asSlice(0, size).copyFrom(tensor.data());
    return new Row(
        tensor.name(), Integer.toString(tensor.type().id()), padded.length, sha256(padded));
  }

  /** Quantizes tensors of the model, each to a type once. */
  private static final class Quantizer {
    private final Gguf source = Gguf.read(FOLDER.resolve("e2e-input.gguf"));
    private final ImportanceMatrix importance =
        ImportanceMatrix.read(FOLDER.resolve("e2e-imatrix.gguf"));
    private final Map<String, GgufTensor> done = new HashMap<>();

    Origin origin() {
      Origin read = importance.origin();
      return new Origin(IMPORTANCE_FILE, read.datasets(), read.entries(), read.chunks());
    }

    List<TensorInfo> infos() {
      return source.tensors().values().stream().map(GgufTensor::info).toList();
    }

    GgufTensor quantize(Assignment assignment, boolean weighted) {
      String name = assignment.source().name();
      GgufTensor tensor = Objects.requireNonNull(source.tensors().get(name));
      if (assignment.isCopy()) return tensor;
      String key = name + assignment.target() + weighted;
      GgufTensor known = done.get(key);
      if (known != null) return known;
      GgufTensor made = quantize(new GgufRows(tensor), assignment, weighted);
      done.put(key, made);
      return made;
    }

    private GgufTensor quantize(GgufRows rows, Assignment assignment, boolean weighted) {
      TensorInfo info = assignment.source();
      BlockType type = ((Blocks) assignment.target()).type();
      Optional<ColumnWeights> weights = importance.of(info);
      float[] columns = weighted && weights.isPresent() ? weights.get().of(0) : null;
      float[] row = new float[info.columns()];
      int rowBytes = (int) type.bytes(row.length);
      byte[] out = new byte[rowBytes * (int) info.rows()];
      for (int i = 0; i < info.rows(); i++) {
        rows.readRows(i, 1, row);
        type.quantize(row, 0, row.length, columns, out, i * rowBytes);
      }
      return new GgufTensor(assignment.result(), MemorySegment.ofArray(out));
    }
  }

  /** Rows of each case, that of the file first; of a case that was refused, none. */
  private static Map<Case, List<Row>> cases() throws IOException {
    Path table = FOLDER.resolve("e2e.tsv");
    assumeTrue(Files.exists(table), "golden/gguf/e2e.tsv is not there");
    Map<Case, List<Row>> cases = new LinkedHashMap<>();
    for (String line : Files.readAllLines(table).stream().skip(1).toList()) {
      String[] cells = line.split("\t");
      List<Row> rows =
          cases.computeIfAbsent(
              new Case(cells[0], cells[1].equals("1"), cells[2]), unused -> new ArrayList<>());
      if (!cells[3].equals("error"))
        rows.add(new Row(cells[3], cells[4], Long.parseLong(cells[5]), cells[6]));
    }
    return cases;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(ByteBuffer.wrap(bytes));
    return HexFormat.of().formatHex(digest.digest());
  }
}
