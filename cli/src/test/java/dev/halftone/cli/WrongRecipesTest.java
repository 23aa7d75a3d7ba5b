package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of wrong recipe file: one line with file, line and what is allowed; exit code 3. */
class WrongRecipesTest {
  private static final int WHOLE_FILE = 0;

  @TempDir Path folder;
  private Path model;
  private Path recipe;

  /**
   * @param line that the message names, or {@link #WHOLE_FILE}
   * @param said what the message has besides
   */
  record Wrong(String kind, byte[] content, int line, String said) {
    @Override
    public String toString() {
      return kind;
    }
  }

  private static Wrong wrong(String kind, int line, String said, String yaml) {
    return new Wrong(kind, yaml.getBytes(StandardCharsets.UTF_8), line, said);
  }

  private static Wrong wrong(String kind, int line, String said, String yaml, Charset charset) {
    return new Wrong(kind, yaml.getBytes(charset), line, said);
  }

  static Stream<Wrong> recipes() {
    return Stream.of(words(), combinations(), shapes(), syntax(), bytes())
        .flatMap(each -> each.stream());
  }

  private static List<Wrong> words() {
    return List.of(
        wrong(
            "unknown key",
            2,
            "\"wieghts\" is not known, expected one of",
            "mode: bf16\nwieghts: int4\n"),
        wrong(
            "unknown key of a rule",
            3,
            "expected one of granularity",
            "rules:\n  - keep: float\n    ops: Conv\n"),
        wrong("unknown format", 1, "'int9' is not one of int2, uint2", "weights: int9\n"),
        wrong("unknown mode", 1, "static, dynamic, weights, fp16, bf16", "mode: magic\n"),
        wrong("unknown target", 1, "there are auto, x86-vnni", "target: abacus\n"),
        wrong("unknown search", 2, "there are absmax, mse, lp:P", "mode: weights\nsearch: luck\n"),
        wrong("unknown storage of scales", 1, "float32, fp16, bf16", "scales: gold\n"),
        wrong("no value", 1, "static, dynamic, weights", "mode:\n"),
        wrong("yes for true", 1, "one of true, false", "symmetric: yes\n"),
        wrong(
            "percentile out of range",
            2,
            "over 50 and up to 100",
            "mode: static\ncalibration: percentile:101\n"),
        wrong("not a number", 1, "there are absmax", "search: lp:NaN\n"),
        wrong("hexadecimal", 1, "there are absmax", "search: lp:0x1p1\n"),
        wrong("a calibration of NaN", 1, "'nan' is not a number", "calibration: sigma:NaN\n"),
        wrong("no block", 1, "tensor, channel, block:N or block:RxC", "granularity: block:0\n"),
        wrong(
            "a huge block",
            1,
            "tensor, channel, block:N or block:RxC",
            "granularity: block:99999999999\n"),
        wrong(
            "elements as a float",
            3,
            "a whole number from 1",
            "rules:\n  - keep: float\n    min-elements: 1e9\n"),
        wrong(
            "no elements",
            3,
            "from 9 to",
            "rules:\n  - {keep: float, min-elements: 9,\n     max-elements: 8}\n"),
        wrong("extends itself", 1, "there are, the most similar first", "extends: wrong.yaml\n"),
        wrong("extends another file", 1, "static-int8", "extends: base.yaml\n"),
        wrong("extends outside the folder", 1, "static-int8", "extends: ../../etc/passwd\n"));
  }

  private static List<Wrong> combinations() {
    return List.of(
        wrong(
            "blocks in static mode",
            2,
            "tensor or channel in static mode",
            "mode: static\ngranularity: block:32\n"),
        wrong(
            "4 bits in dynamic mode",
            2,
            "int8 or uint8 in dynamic mode",
            "mode: dynamic\nweights: int4\n"),
        wrong(
            "blocks of its own",
            2,
            "which has its own blocks",
            "weights: mxfp4\ngranularity: channel\n"),
        wrong(
            "7 bits of a table of levels",
            2,
            "no such key for weights that are not int8 or uint8",
            "weights: nf4\nreduce-range: true\n"),
        wrong(
            "7 bits of 4 in a rule",
            3,
            "no such key for weights that are not int8 or uint8",
            "rules:\n  - weights: int4\n    reduce-range: true\n"),
        wrong("scales of its own", 2, "which has its own scales", "weights: nvfp4\nscales: fp16\n"),
        wrong("asymmetric by nature", 2, "symmetric by nature", "weights: nf4\nsymmetric: false\n"),
        wrong(
            "activations in weights mode",
            2,
            "no such key in weights mode",
            "mode: weights\nactivations: int8\n"),
        wrong("weights in fp16 mode", 2, "no such key in fp16 mode", "mode: fp16\nweights: int8\n"),
        wrong(
            "16 bits in QOperator form",
            3,
            "qdq with 16-bit activations",
            "mode: static\nactivations: int16\nformat: qoperator\n"),
        wrong(
            "zero points of symmetric weights",
            2,
            "asymmetric weights",
            "mode: weights\nsearch: hqq\n"),
        wrong(
            "what it extends knows no such key",
            2,
            "no such key in fp16 mode",
            "extends: fp16\ncalibration: mse\n"),
        wrong(
            "what it extends does not go with it",
            1,
            "another recipe",
            "extends: static-int16\nmode: dynamic\n"),
        wrong(
            "a rule that the mode has not",
            4,
            "tensor or channel in static mode",
            "mode: static\nrules:\n  - op: Conv\n    granularity: block:32\n"),
        wrong(
            "without a mode, against the model's",
            1,
            "tensor or channel in dynamic mode",
            "granularity: block:32\n"));
  }

  private static List<Wrong> shapes() {
    return List.of(
        wrong("a mapping for a word", 1, "expected text", "weights: {a: 1}\n"),
        wrong("nested under another key", 2, "expected text", "mode:\n  weights: int4\n"),
        wrong("rules without a dash", 1, "each behind a dash", "rules: {op: Conv, keep: float}\n"),
        wrong("a word for a list", 1, "a list of plain values", "include: all\n"),
        wrong("a rule that says nothing", 2, "expected keep, weights", "rules:\n  - op: Conv\n"),
        wrong("a list", 1, "a list, expected keys with values", "- mode: weights\n"),
        wrong("text", 1, "a single value, expected keys with values", "just text\n"),
        wrong("nothing", WHOLE_FILE, "it is empty, expected keys with values", ""),
        wrong("comments alone", WHOLE_FILE, "it is empty, expected keys", "# mode: weights\n"));
  }

  private static List<Wrong> syntax() {
    return List.of(
        wrong(
            "a key twice",
            3,
            "\"mode\" stands here a second time",
            "mode: weights\nweights: int4\nmode: static\n"),
        wrong(
            "a tab",
            3,
            "Do not use \\t(TAB) for indentation",
            "mode: weights\nrules:\n\t- keep: float\n"),
        wrong("an open bracket", 3, "expected ',' or ']'", "mode: weights\nexclude: [\"a\"\n"),
        wrong("a colon too many", 1, "mapping values are not allowed", "mode: weights: int4\n"),
        wrong("an alias", 2, "write the value out", "mode: &m weights\nweights: *m\n"),
        wrong(
            "an alias bomb",
            2,
            "write the value out",
            "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
        wrong("a merge", 1, "\"<<\" is not known", "<<: {mode: weights}\n"),
        wrong(
            "a tag",
            1,
            "tags (!name) are not understood",
            "mode: !!java.lang.ProcessBuilder weights\n"),
        wrong("a second document", 3, "expected only one", "mode: weights\n---\nmode: static\n"),
        wrong(
            "too deep",
            1,
            "nested deeper than 20 levels",
            "rules: " + "[".repeat(5000) + "]".repeat(5000)),
        wrong("a key that is a list", 1, "Expected a property name", "? [a, b]\n: 1\n"));
  }

  private static List<Wrong> bytes() {
    return List.of(
        wrong(
            "10 MB",
            WHOLE_FILE,
            "10000000 bytes, expected at most 1048576",
            "# filler\n ".repeat(1_000_000)),
        wrong(
            "a long value",
            2,
            "500000 characters, expected at most",
            "mode: weights\nweights: " + "x".repeat(500_000)),
        wrong(
            "Latin-1",
            2,
            "byte 0xe9 at offset 26 is not UTF-8",
            "mode: weights\nexclude: [\"h\u00e9ad\"]\n",
            StandardCharsets.ISO_8859_1),
        wrong(
            "UTF-16",
            1,
            "byte 0xfe at offset 0 is not UTF-8",
            "mode: weights\n",
            StandardCharsets.UTF_16),
        wrong("a zero byte", 2, "character U+0000", "mode: weights\n\0\n"),
        wrong("an escape", 2, "character U+001B", "mode: weights\ntarget: \"\u001b[31m\"\n"),
        wrong("an escape in escapes", 1, "\"?[31m\"", "mode: \"\\e[31m\"\n"),
        wrong(
            "a byte order mark",
            2,
            "\"wieghts\" is not known",
            "\uFEFFmode: weights\nwieghts: int4\n"),
        wrong(
            "ends of lines of Windows",
            2,
            "\"wieghts\" is not known",
            "mode: weights\r\nwieghts: int4\r\n"));
  }

  @BeforeEach
  void prepare() {
    model = new Fixture(folder).model();
    recipe = folder.resolve("wrong.yaml");
  }

  private CommandRun quantize() {
    return CommandRun.of("quantize", model, "--recipe", recipe, "-o", folder.resolve("out.onnx"));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void isRefusedInOneLine(Wrong wrong) throws IOException {
    Files.write(recipe, wrong.content());
    CommandRun run = quantize();
    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    String place = wrong.line() == WHOLE_FILE ? ": " : " at line " + wrong.line() + ": ";
    assertThat(run.err()).startsWith("halftone: " + recipe + place).contains(wrong.said());
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).hasSizeLessThan(1500);
    assertThat(CommandRun.files(folder)).containsExactly("model.onnx", "wrong.yaml");
  }

  @Test
  void aMissingFileIsWrongUsage() {
    CommandRun run = quantize();
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().strip()).isEqualTo("halftone: " + recipe + ": no such file");
  }

  @Test
  void aRuleThatMatchesNothingIsAWarning() throws IOException {
    Files.writeString(recipe, "mode: weights\nrules:\n  - {name: nothing, keep: float}\n");
    CommandRun run = quantize();
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("rule 1, {name: 'nothing', keep: float}, matches no node");
  }
}
