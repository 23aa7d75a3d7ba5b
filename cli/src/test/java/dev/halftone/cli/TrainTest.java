package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Training from the command line. */
class TrainTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Path model;
  private Path samples;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new Fixture(folder);
    model = fixture.model();
    samples = fixture.samples();
    out = folder.resolve("out.onnx");
  }

  private CommandRun train(Object... more) {
    List<Object> arguments = new java.util.ArrayList<>();
    arguments.addAll(List.of("train", model, "--data", samples, "-o", out));
    arguments.addAll(List.of("--learning-rate", "0.03"));
    if (!List.of(more).contains("--epochs")) arguments.addAll(List.of("--epochs", 3));
    if (!List.of(more).contains("--weights")) arguments.addAll(List.of("--weights", "int2"));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray());
  }

  @Test
  void trainsAndTellsTheCurve() throws IOException {
    CommandRun run = train("--json", "-");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode record = JsonMapper.shared().readTree(run.out());
    JsonNode curve = record.at("/training/curve");
    assertThat(curve.size()).isEqualTo(4);
    assertThat(record.at("/training/best_epoch").asInt()).isPositive();
    assertThat(record.at("/metrics/held_out.loss.best").asDouble())
        .isLessThan(record.at("/metrics/held_out.loss.before").asDouble());
    assertThat(run.err()).contains("epoch 0: held out", "epoch 3: loss");
    assertThat(record.at("/metrics/file_difference.roundings").asDouble()).isLessThan(1.01);
    assertThat(record.at("/metrics").has("file_difference.outputs")).isTrue();
    assertThat(Files.size(out)).isLessThan(Files.size(model));
    CommandRun judged =
        CommandRun.of("evaluate", out, "--reference", model, "--data", samples, "--no-latency");
    assertThat(judged.code()).as(judged.err()).isZero();
  }

  @Test
  void isJudgedAndGated() throws IOException {
    Path junit = folder.resolve("gates.xml");
    Path page = folder.resolve("run.html");
    Object[] judged = {"--eval-data", fixture.samples(), "--no-latency", "--json", "-"};
    CommandRun run = train(with(judged, "--min-sqnr", "-100", "--junit", junit, "--report", page));
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode record = JsonMapper.shared().readTree(run.out());
    assertThat(record.at("/metrics").has("agreement")).isTrue();
    assertThat(record.at("/gates/0/passed").asBoolean()).isTrue();
    assertThat(record.at("/warnings").toString()).contains("by the samples that it was trained on");
    assertThat(junit).content().contains("halftone train out.onnx", "failures=\"0\"");
    assertThat(page).content().contains("It passed its gate.", "id=\"chart-curve\"");

    byte[] before = Files.readAllBytes(out);
    CommandRun missed =
        train(with(judged, "--min-sqnr", "200", "--junit", junit, "--report", page));
    assertThat(missed.code()).isEqualTo(ExitCode.GATE_MISSED);
    assertThat(missed.err()).contains("gate --min-sqnr missed: SQNR is ", "not kept");
    assertThat(JsonMapper.shared().readTree(missed.out()).has("output")).isFalse();
    assertThat(junit).content().contains("<failure ");
    assertThat(page).content().contains("It missed 1 of 1 gate: ", "The result was not kept.");
    assertThat(Files.readAllBytes(out)).isEqualTo(before);
  }

  private static Object[] with(Object[] options, Object... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray();
  }

  @Test
  void aGateNeedsSamplesThatAreNotTrainedOn() throws IOException {
    CommandRun run = train("--max-drop", "1");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--max-drop needs --eval-data or --eval-rows");
    CommandRun labels = train("--eval-labels", fixture.labels(), "--max-drop", "1");
    assertThat(labels.code()).isEqualTo(ExitCode.USAGE);
    assertThat(labels.err()).contains("--max-drop needs --eval-data or --eval-rows");
    assertThat(train("--eval-rows", "0:4", "--junit", folder.resolve("x.xml")).code())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void labelsHaveHalfOfTheLoss() throws IOException {
    CommandRun run = train("--labels", fixture.labels(), "--quiet");
    assertThat(run.code()).as(run.err()).isZero();
    CommandRun wrong = train("--labels", fixture.labels("few.npy", 3), "--quiet");
    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void goesOnFromItsCheckpoint() throws IOException {
    Path checkpoint = folder.resolve("state.safetensors");
    assertThat(train("--checkpoint", checkpoint).code()).isZero();
    byte[] first = Files.readAllBytes(out);
    CommandRun again = train("--checkpoint", checkpoint);
    assertThat(again.out())
        .contains("3 of them in an earlier run")
        .containsPattern("file +at most [0-9.e-]+ steps from what was trained at a rounding");
    assertThat(Files.readAllBytes(out)).isEqualTo(first);
    CommandRun other = train("--checkpoint", checkpoint, "--seed", 1);
    assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("state.safetensors", "another training");
  }

  /** Before anything is trained. */
  @Test
  void aCheckpointNeedsAFolder() {
    CommandRun run = train("--checkpoint", folder.resolve("missing/state.safetensors"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("state.safetensors", "its folder does not exist")
        .doesNotContain("epoch");
  }

  /** Though the files are the same. */
  @Test
  void doesNotGoOnWithOtherRowsOrLabels() throws IOException {
    Path checkpoint = folder.resolve("state.safetensors");
    Object[] half = {"--checkpoint", checkpoint, "--rows", "0:128"};
    assertThat(train(half).code()).isZero();
    assertThat(train(half).code()).isZero();
    CommandRun others = train("--checkpoint", checkpoint, "--rows", "128:256");
    assertThat(others.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(others.err()).contains("state.safetensors", "another training");
    Object[] known = with(half, "--labels", fixture.labels(), "--label-share", 0);
    assertThat(train(known).code()).isEqualTo(ExitCode.BAD_INPUT);
  }

  /** What prune made zero is so in the trained file, unless asked otherwise. */
  @Test
  void keepsThePatternOfPruning() throws IOException {
    Path pruned = folder.resolve("pruned.onnx");
    CommandRun prune = CommandRun.of("prune", model, "--pattern", "2:4", "-o", pruned);
    assertThat(prune.code()).as(prune.err()).isZero();
    List<Object> arguments =
        List.of("train", pruned, "--data", samples, "-o", out, "--epochs", 2, "--json", "-");
    CommandRun run = CommandRun.of(arguments.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode metrics = JsonMapper.shared().readTree(run.out()).at("/metrics");
    assertThat(JsonMapper.shared().readTree(run.out()).at("/warnings").toString())
        .contains("imitated itself");
    assertThat(metrics.get("sparsity").asDouble()).isEqualTo(0.5);
    assertThat(metrics.get("zipped_bytes.quantized").asDouble())
        .isLessThan(metrics.get("bytes.quantized").asDouble());
    CommandRun further = CommandRun.of(with(arguments.toArray(), "--sparsity", 0.6));
    assertThat(JsonMapper.shared().readTree(further.out()).at("/warnings").toString())
        .contains("imitated itself");
    List<Object> training = new java.util.ArrayList<>(arguments);
    training.add("--no-keep-zeros");
    CommandRun trained = CommandRun.of(training.toArray());
    assertThat(JsonMapper.shared().readTree(trained.out()).at("/metrics").has("sparsity"))
        .isFalse();
    // What pruning cost comes back from the model as it was before.
    List<Object> taught = new java.util.ArrayList<>(arguments);
    taught.addAll(List.of("--teacher", model));
    CommandRun better = CommandRun.of(taught.toArray());
    assertThat(better.code()).as(better.err()).isZero();
    JsonNode record = JsonMapper.shared().readTree(better.out());
    assertThat(record.at("/warnings").toString()).doesNotContain("imitated itself");
    assertThat(record.at("/metrics/held_out.loss.best").asDouble())
        .isLessThan(0.9 * record.at("/metrics/held_out.loss.before").asDouble());
    assertThat(train("--keep-zeros", "--no-keep-zeros").code()).isEqualTo(ExitCode.USAGE);
  }

  /** Inner values that lost channels cannot be compared, answers can. */
  @Test
  void imitatesAModelFromBeforeItLostChannels() {
    Path pruned = folder.resolve("pruned.onnx");
    CommandRun prune = CommandRun.of("prune", model, "--channels", "0.3", "-o", pruned);
    assertThat(prune.code()).as(prune.err()).isZero();
    Object[] taught = {"train", pruned, "--teacher", model, "--feature-share", 0.7};
    CommandRun run = CommandRun.of(with(taught, "--data", samples, "-o", out, "--epochs", 1));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "warning: 1 inner value has another shape in the teacher, and no share in the loss");
  }

  @Test
  void prunesWhileItTrains() throws IOException {
    CommandRun run = train("--pattern", "2:4", "--json", "-");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode record = JsonMapper.shared().readTree(run.out());
    assertThat(record.at("/metrics/sparsity").asDouble()).isEqualTo(0.5);
    assertThat(record.at("/warnings").toString()).doesNotContain("imitated itself");
    assertUsage("--pattern", "4:2");
    assertUsage("--sparsity", "1.5");
    assertThat(train("--sparsity", "0.5", "--pattern", "2:4").code()).isEqualTo(ExitCode.USAGE);
    assertThat(train("--sparsity", "0.5", "--epochs", "0").code()).isEqualTo(ExitCode.USAGE);
  }

  /** The sample that the teacher has no answer to is first seen in the third epoch. */
  @Test
  void tellsAllThatCameOfATrainingThatWentWrong() throws IOException {
    Path junit = folder.resolve("gates.xml");
    Path page = folder.resolve("run.html");
    Object[] wrong = {"--teacher", fixture.modelWithoutAnAnswerTo(5), "--batch", 128};
    Object[] asked = {"--eval-data", samples, "--min-sqnr", "-100", "--no-latency"};
    CommandRun run =
        train(with(with(wrong, asked), "--junit", junit, "--report", page, "--json", "-"));
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
    JsonNode record = JsonMapper.shared().readTree(run.out());
    int best = record.at("/training/best_epoch").asInt();
    assertThat(best).isBetween(1, 2);
    assertThat(record.at("/training/curve").size()).isEqualTo(3);
    String left = "out.onnx holds epoch " + best;
    assertThat(record.at("/warnings").toString()).contains("in epoch 3", left);
    assertThat(run.err()).containsOnlyOnce(left).contains("halftone: the loss");
    assertThat(junit).content().contains("failures=\"0\"");
    assertThat(page).content().contains(left);
    assertThat(out).isNotEmptyFile();

    Object[] longer = {"train", model, "--data", samples, "-o", out, "--epochs", 8, "--quiet"};
    CommandRun pruned = CommandRun.of(with(with(longer, wrong), "--sparsity", 0.5));
    assertThat(pruned.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(pruned.err())
        .containsPattern(
            "out.onnx holds epoch 2, in which 4[0-9.]+ % of the weights are zero, fewer than"
                + " asked");
  }

  @Test
  void refusesWhatCannotBeTrained() {
    Path odd = fixture.floatsWithUnknownOperator();
    CommandRun run = CommandRun.of("train", odd, "--data", samples, "-o", out, "--epochs", 1);
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err())
        .contains("unknown.onnx: training: a node is in the way: node odd (NobodyKnows)");
    assertThat(out).doesNotExist();
    CommandRun taught = train("--teacher", odd);
    assertThat(taught.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(taught.err())
        .contains("unknown.onnx: training: a node is in the way")
        .doesNotContain("model.onnx", "calibrat");
  }

  @Test
  void refusesWhatIsQuantizedAlready() {
    Path quantized = folder.resolve("quantized.onnx");
    Object[] asked = {"quantize", model, "--mode", "dynamic", "-o", quantized};
    assertThat(CommandRun.of(asked).code()).isZero();
    Object[] again = {"train", quantized, "--data", samples, "-o", out};
    for (CommandRun run : List.of(CommandRun.of(again), train("--teacher", quantized))) {
      assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(run.err())
          .contains("quantized.onnx: it is quantized already (", "'halftone dequantize'")
          .doesNotContain("in the way");
    }
  }

  /** Most likely they are misspelled. */
  @Test
  void saysWhichPatternsMatchNothing() {
    CommandRun run =
        train("--int8", "frist,second", "--exclude", "nosuch", "--include", "first,secnod");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "warning: --int8 frist matches no node; the closest names are first",
            "warning: --exclude nosuch matches no node",
            "warning: --include secnod matches no node")
        .doesNotContain("--int8 second");
    CommandRun none = train("--include", "frist");
    assertThat(none.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(none.err())
        .contains("nothing in it can be quantized as asked: --include frist matches no node");
  }

  @Test
  void refusesToChangeImagesWhereThereAreNone() {
    CommandRun run = train("--augment", "flip,crop:3");
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("flip,crop:3: no input is an image: {x=FLOAT32[1, 64]}");
  }

  /** Which takes minutes for large models and many samples. */
  @Test
  void refusesBeforeItCalibrates() throws IOException {
    Object[] unlikely = {"--exclude", "*"};
    Path one = fixture.labels("one.npy", Fixture.SAMPLES, row -> 0);
    assertThat(train(with(unlikely, "--batch", 1000)).err()).contains("a batch of 1000 is larger");
    assertThat(train(with(unlikely, "--labels", one)).err()).contains("every sample is of class 0");
    assertThat(train(with(unlikely, "--labels", fixture.labels(), "--label-offset", 1)).err())
        .contains("the model tells 4 apart");
    assertThat(train(unlikely).err()).contains("excluded");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    assertUsage("--weights", "mxfp4");
    assertUsage("--weights", "int42");
    assertUsage("--weights", "codebook:4:shared");
    assertUsage("--weights", "uint4");
    assertUsage("--activations", "uint16");
    assertUsage("--target", "toaster");
    assertUsage("--zero-points", "learned", "--target", "tensorrt");
    assertUsage("--activations", "uint8", "--target", "tensorrt");
    assertUsage("--optimizer", "newton");
    assertUsage("--augment", "spin");
    assertUsage("--hold-out", "1");
    assertUsage("--granularity", "block:4x32");
    assertThat(train("--batch", 1000).code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(CommandRun.of("train", model, "-o", out).err()).contains("--data PATH is missing");
    assertThat(out).doesNotExist();
  }

  @Test
  void eightBitsAreSevenWhereSumsSaturate() throws IOException {
    Object[] command = {"train", model, "--data", samples, "-o", out, "--epochs", 0, "--json", "-"};
    CommandRun run = CommandRun.of(with(command, "--target", "x86-avx2"));
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode record = JsonMapper.shared().readTree(run.out());
    assertThat(record.at("/recipe/weights").asString()).isEqualTo("int7");
    assertThat(record.at("/warnings").toString()).contains("int8 weights have 7 bits");
  }

  /** Weights that no integer operator knows are decoded to what was trained. */
  @ParameterizedTest
  @CsvSource({
    "int3, block:16",
    "fp8-e4m3, channel",
    "fp6-e2m3, tensor",
    "fp4-e2m1, block:32",
    "log4, channel",
    "nf4, block:64",
    "codebook:3, channel"
  })
  void trainsWeightsThatTheFileDecodes(String weights, String granularity) throws IOException {
    CommandRun run =
        train("--weights", weights, "--granularity", granularity, "--epochs", 2, "--json", "-");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode record = JsonMapper.shared().readTree(run.out());
    assertThat(record.at("/metrics/file_difference.roundings").asDouble()).isLessThan(1.01);
    assertThat(record.at("/recipe/weights").asString()).isEqualTo(weights);
    assertThat(record.at("/training/curve").size()).isEqualTo(3);
    assertThat(Files.size(out)).isLessThan(Files.size(model) / 2);
    CommandRun judged =
        CommandRun.of("evaluate", out, "--reference", model, "--data", samples, "--no-latency");
    assertThat(judged.code()).as(judged.err()).isZero();
  }

  private void assertUsage(Object... more) {
    CommandRun run = train(more);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(more[1].toString());
  }
}
