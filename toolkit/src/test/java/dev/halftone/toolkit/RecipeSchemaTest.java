package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schema takes and refuses what the reader of recipe files takes and refuses. */
class RecipeSchemaTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "cli.md");
  private static final Set<String> FREE_TEXT = Set.of("name", "op");
  private static final Pattern EXPECTED = Pattern.compile("expected one of (.*)$");
  private static final JsonNode TREE = JsonMapper.shared().readTree(RecipeSchema.text());
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(RecipeSchema.text(), InputFormat.JSON);

  /** Numbers behind a word, at and around every limit, and what is none. */
  private static final List<String> NUMBERS =
      List.of(
          "0", "0.0", "0.5", "1", "2.4", "15.99", "16", "16.0", "16.1", "17", "50", "50.0", "50.01",
          "51", "99.99", "100", "100.00", "100.5", "101", "999.5", "1000", "1000.5", "1001", "007",
          "-1", "1e2", "NaN", ".5", "5.", "", "x");

  @TempDir Path folder;

  private boolean read(String yaml) {
    try {
      RecipeRequest.file(Files.writeString(folder.resolve("r.yaml"), yaml));
      return true;
    } catch (MalformedDataException e) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean fits(String yaml) {
    return SCHEMA.validate(yaml, InputFormat.YAML).isEmpty();
  }

  private void assertAgreement(String yaml) {
    assertThat(fits(yaml))
        .as("whether this fits the schema as it can be read:%n%s", yaml)
        .isEqualTo(read(yaml));
  }

  @Test
  void theKeysAreThoseOfTheReader() {
    assertThat(keys(TREE)).isEqualTo(known("nothing: 1\n"));
    assertThat(keys(TREE.at("/$defs/rule")))
        .isEqualTo(known("rules: [{keep: float, nothing: 1}]\n"));
  }

  private static Set<String> keys(JsonNode schema) {
    return new TreeSet<>(schema.get("properties").propertyNames());
  }

  private Set<String> known(String yaml) {
    List<String> messages = new ArrayList<>();
    assertThatThrownBy(() -> RecipeRequest.file(Files.writeString(folder.resolve("r.yaml"), yaml)))
        .isInstanceOf(MalformedDataException.class)
        .satisfies(failure -> messages.add(failure.getMessage()));
    Matcher expected = EXPECTED.matcher(messages.getFirst());
    assertThat(expected.find()).isTrue();
    return new TreeSet<>(List.of(expected.group(1).split(", ")));
  }

  @Test
  void theWordsAreThoseThatThereAre() {
    assertThat(words("/properties/extends")).isEqualTo(NamedRecipe.names());
    assertThat(words("/properties/mode"))
        .isEqualTo(Stream.of(Mode.values()).map(RecipeWords::word).toList());
    assertThat(words("/properties/activations"))
        .isEqualTo(RecipeWords.ACTIVATIONS.stream().map(RecipeWords::word).toList());
    assertThat(words("/properties/processor"))
        .isEqualTo(Stream.of(Processor.values()).map(Processor::word).toList());
    assertThat(words("/$defs/weights"))
        .isEqualTo(WeightFormat.all().stream().map(WeightFormat::name).toList());
    assertThat(words("/$defs/block_weights"))
        .isEqualTo(
            WeightFormat.all().stream()
                .filter(WeightFormat.Blocks.class::isInstance)
                .map(WeightFormat::name)
                .toList());
    assertThat(words("/properties/target"))
        .isEqualTo(
            Stream.concat(Stream.of("auto"), Target.all().stream().map(Target::name)).toList());
  }

  private static List<String> words(String pointer) {
    return TREE.at(pointer).get("enum").valueStream().map(JsonNode::asString).toList();
  }

  static List<String> keys() {
    return List.copyOf(keys(TREE));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyTakesTheSameValues(String key) {
    for (String value : values()) assertAgreement(key + ": " + value + "\n");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void everyModeTakesTheSameKeys(Mode mode) {
    int taken = 0;
    for (String key : keys()) {
      if (key.equals("extends") || key.equals("mode")) continue;
      for (String value : values()) {
        if (!fits(key + ": " + value + "\n")) continue;
        assertAgreement("mode: " + RecipeWords.word(mode) + "\n" + key + ": " + value + "\n");
        taken++;
      }
    }
    assertThat(taken).isGreaterThan(100);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void rulesTakeTheSame(Mode mode) {
    String head = "mode: " + RecipeWords.word(mode) + "\nrules:\n  - ";
    for (String key : keys(TREE.at("/$defs/rule")))
      for (String value : values()) {
        boolean quoted = !value.matches("[0-9.-]+|true|false|null");
        if (FREE_TEXT.contains(key) && !quoted) continue; // The reader takes them as text too.
        assertAgreement(head + key + ": " + value + "\n");
        if (key.equals("keep")) continue;
        assertAgreement(head + "keep: none\n    " + key + ": " + value + "\n");
      }
  }

  /** Values of each key that differ in what they go together with. */
  private static final List<String> LINES =
      Stream.of(
              "weights: int8 uint8 uint4 uint16 int3 ternary codebook:4:group:8 mxfp4",
              "activations: uint8 int16",
              "granularity: tensor channel block:32 block:8x16",
              "format: qdq qoperator",
              "calibration: mse",
              "search: absmax hqq weighted-mse",
              "scales: float32 fp16",
              "target: x86-avx2 tensorrt",
              "processor: any",
              "symmetric: true false",
              "symmetric-weights: true false",
              "symmetric-activations: true false",
              "reduce-range: true false",
              "restricted-range: true false",
              "matmul-nbits: true false",
              "keep-io: true false",
              "rules: [{weights:uint4}] [{granularity:block:8x16}] [{search:hqq}] [{keep:float}]")
          .flatMap(RecipeSchemaTest::lines)
          .toList();

  private static Stream<String> lines(String values) {
    String[] words = values.split(" ");
    return Arrays.stream(words)
        .skip(1)
        .map(word -> words[0] + " " + word.replaceFirst("^(.[{][a-z]+:)", "$1 ") + "\n");
  }

  static List<String> modes() {
    return Stream.concat(
            Stream.of(""), Stream.of(Mode.values()).map(m -> "mode: " + RecipeWords.word(m) + "\n"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("modes")
  void pairsOfKeysGoTogetherAlike(String mode) {
    for (String one : LINES)
      for (String other : LINES)
        if (key(one).compareTo(key(other)) < 0) assertAgreement(mode + one + other);
  }

  /** What some lines do to weights that are said to be symmetric or not. */
  @ParameterizedTest
  @MethodSource("modes")
  void symmetryGoesTogetherAlike(String mode) {
    for (String weights : List.of("", "weights: int8\n", "weights: uint8\n", "weights: nf4\n"))
      for (String own : List.of("", "symmetric-weights: true\n", "symmetric-weights: false\n"))
        for (String all : List.of("", "symmetric: true\n", "symmetric: false\n"))
          for (String range : List.of("", "restricted-range: true\n", "search: hqq\n"))
            assertAgreement(mode + weights + own + all + range);
  }

  private static final List<String> RULE_LINES =
      Stream.of(
              "weights: int8 int4 uint4 nf4 ternary mxfp4",
              "granularity: channel block:32 block:8x16",
              "search: mse hqq",
              "symmetric: true false",
              "reduce-range: true false",
              "restricted-range: true false")
          .flatMap(RecipeSchemaTest::lines)
          .toList();

  @ParameterizedTest
  @MethodSource("modes")
  void pairsOfKeysOfRulesGoTogetherAlike(String mode) {
    for (String one : RULE_LINES)
      for (String other : RULE_LINES)
        if (key(one).compareTo(key(other)) < 0)
          assertAgreement(mode + "rules:\n  - " + one + "    " + other);
  }

  private static String key(String line) {
    return line.substring(0, line.indexOf(':'));
  }

  /** Every word of the schema, every word with numbers, and values that fit nothing. */
  private static List<String> values() {
    Stream<String> words =
        TREE.findValues("enum").stream().flatMap(JsonNode::valueStream).map(JsonNode::asString);
    Stream<String> numbered =
        Stream.of("percentile", "lp", "sigma", "block", "codebook", "mse", "hqq")
            .flatMap(word -> NUMBERS.stream().map(number -> "\"" + word + ":" + number + "\""));
    Stream<String> other =
        Stream.of(
            "tensor",
            "channel",
            "true",
            "false",
            "\"x\"",
            "\"block:1000000000\"",
            "[\"a\", \"b\"]",
            "[]",
            "{a: b}",
            "0",
            "1",
            "2147483647",
            "2147483648",
            "-1",
            "1.5",
            "null");
    return Stream.of(words, numbered, other).flatMap(each -> each).distinct().toList();
  }

  @ParameterizedTest
  @MethodSource("dev.halftone.toolkit.NamedRecipeTest#names")
  void builtInRecipesFit(String name) {
    assertThat(SCHEMA.validate(NamedRecipe.named(name).yaml(), InputFormat.YAML)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.halftone.toolkit.RecipeYamlTest#requests")
  void whatRunsWriteFits(RecipeRequest request) {
    Recipe recipe = RecipeResolver.resolve(request, SmallModels.dense(), true).recipe();
    assertThat(SCHEMA.validate(RecipeYaml.of(recipe), InputFormat.YAML)).isEmpty();
  }

  @Test
  void theExamplesOfTheDocumentFitAndCanBeRead() throws IOException {
    String document = Files.readString(DOCUMENT);
    String section = document.substring(document.indexOf("\n## Recipe files\n") + 1);
    String example =
        Arrays.stream(section.substring(0, section.indexOf("\n## ")).split("\n"))
            .filter(line -> line.startsWith("    "))
            .map(line -> line.substring(4) + "\n")
            .collect(Collectors.joining());
    assertThat(example).contains("rules:", "keep: float");
    assertThat(SCHEMA.validate(example, InputFormat.YAML)).isEmpty();
    assertThat(read(example)).isTrue();
  }

  @Test
  void halfQuadraticSearchWantsAsymmetricWeights() {
    for (String symmetry : List.of("symmetric", "symmetric-weights"))
      for (boolean said : new boolean[] {true, false})
        assertAgreement("mode: weights\nsearch: hqq\n%s: %s\n".formatted(symmetry, said));
    assertAgreement("mode: weights\nsearch: hqq\nweights: uint4\n");
    assertAgreement("mode: weights\nsearch: hqq\nweights: int4\n");
  }

  @Test
  void anOwnBlockTakesNoOther() {
    for (WeightFormat format : WeightFormat.all())
      assertAgreement("weights: " + format.name() + "\ngranularity: block:16\nmode: weights\n");
  }
}
