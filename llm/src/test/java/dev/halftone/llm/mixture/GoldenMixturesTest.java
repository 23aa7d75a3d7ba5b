package dev.halftone.llm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.UnsupportedModelException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every type that llama.cpp gives a tensor of eight models, for each mixture. */
final class GoldenMixturesTest {
  private static final Path FILE =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "gguf")
          .resolve("mixtures.tsv.gz");

  private static final int ROWS = 144_778;
  private static final int REFUSED = 4;

  /** Models of the rows: what the rules look at beside the tensors. */
  private enum Model {
    L22G8(22, 8, 1, 0),
    L32G1(32, 8, 8, 0),
    L32G4(32, 8, 2, 0),
    L80G8(80, 8, 1, 0),
    L16TIED(16, 8, 2, 0),
    MOE8(32, 8, 2, 8),
    ODD288(6, 6, 6, 0),
    ODD96(4, 6, 6, 0);

    private final Map<String, MetadataValue> metadata = new LinkedHashMap<>();

    Model(int layers, int heads, int keyHeads, int experts) {
      metadata.put("general.architecture", MetadataValue.of("llama"));
      put("block_count", layers);
      put("attention.head_count", heads);
      put("attention.head_count_kv", keyHeads);
      if (experts > 0) put("expert_count", experts);
    }

    private void put(String key, int value) {
      metadata.put("llama." + key, MetadataValue.of(ValueType.UINT32, value));
    }
  }

  /** All rows of one file that llama.cpp was asked for. */
  private record Case(String model, boolean importance, String mixture) {}

  private record Row(TensorInfo tensor, String type) {
    static Row of(String name, String dimensions, String type) {
      long[] lengths = Arrays.stream(dimensions.split(",")).mapToLong(Long::parseLong).toArray();
      return new Row(new TensorInfo(name, Plain.F32, lengths), type);
    }
  }

  @Test
  void theTableIsWhole() throws IOException {
    Collection<List<Row>> cases = read().values();
    assertThat(cases.stream().mapToInt(List::size).sum()).isEqualTo(ROWS);
    assertThat(cases.stream().filter(List::isEmpty)).hasSize(REFUSED);
  }

  @TestFactory
  Stream<DynamicTest> everyRowIsEqual() throws IOException {
    Map<Case, List<Row>> cases = read();
    return cases.entrySet().stream()
        .map(
            wanted ->
                DynamicTest.dynamicTest(
                    wanted.getKey().toString(),
                    () -> check(wanted.getKey(), wanted.getValue(), cases)));
  }

  private static void check(Case wanted, List<Row> rows, Map<Case, List<Row>> cases) {
    if (rows.isEmpty()) {
      Case accepted = new Case(wanted.model, wanted.importance, "F16");
      List<Row> tensors = Objects.requireNonNull(cases.get(accepted));
      assertThatThrownBy(() -> assign(wanted, tensors))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageMatching("tensor \".*\": row length [0-9]+ is no multiple of 128.*Q1_0.*");
      return;
    }
    List<String> expected = rows.stream().map(row -> row.tensor.name() + " " + row.type).toList();
    List<Assignment> assignments = assign(wanted, rows);
    assertThat(assignments)
        .extracting(assignment -> assignment.source().name() + " " + assignment.target().name())
        .usingElementComparator(String::compareToIgnoreCase)
        .isEqualTo(expected);
    TensorType base = Mixture.ofName(wanted.mixture).orElseThrow().base();
    assertThat(assignments)
        .allMatch(a -> a.reason().isEmpty() == (a.target().equals(base) && !a.isCopy()));
  }

  private static List<Assignment> assign(Case wanted, List<Row> rows) {
    List<TensorInfo> tensors = new ArrayList<>(rows.stream().map(Row::tensor).toList());
    Collections.shuffle(tensors, new Random(5));
    MixtureRequest request = MixtureRequest.of(Mixture.ofName(wanted.mixture).orElseThrow());
    Map<String, MetadataValue> metadata = Model.valueOf(wanted.model).metadata;
    return Assignments.of(metadata, tensors, request, wanted.importance);
  }

  /** Rows of each case, in order; of a case that was refused, none. */
  private static Map<Case, List<Row>> read() throws IOException {
    assumeTrue(Files.exists(FILE), "golden/gguf/mixtures.tsv.gz is not there");
    Map<Case, List<Row>> cases = new LinkedHashMap<>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
      lines.lines().skip(1).map(line -> line.split("\t")).forEach(cells -> add(cases, cells));
    }
    return cases;
  }

  private static void add(Map<Case, List<Row>> cases, String[] cells) {
    Case key = new Case(cells[0].toUpperCase(Locale.ROOT), cells[1].equals("1"), cells[2]);
    List<Row> rows = cases.computeIfAbsent(key, unused -> new ArrayList<>());
    if (!cells[5].equals("error")) rows.add(Row.of(cells[3], cells[4], cells[5]));
  }
}
