package dev.halftone.toolkit.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsFileTest {
  private static final StatisticsFile.Key KEY = new StatisticsFile.Key("1", "model", "data");

  @TempDir Path folder;

  private static StatisticsFile file(Statistics statistics) {
    return new StatisticsFile(KEY, Map.of("a \"b\"\n", statistics, "range", ranges()));
  }

  private static Statistics observed(float[]... samples) {
    Observer observer = new Observer(Request.HISTOGRAM);
    Workspace workspace = new Workspace();
    for (float[] sample : samples)
      observer.observe(Tensor.ofFloats(sample, sample.length), workspace);
    return observer.statistics();
  }

  private static final Request ALL =
      Request.HISTOGRAM.plus(Request.MOMENTS).plus(Request.channels(0)).plus(Request.channels(-1));

  /** Of samples as matrices of rows of one to seven. */
  private static Statistics observed(Request request, List<float[]> samples) {
    Observer observer = new Observer(request);
    Workspace workspace = new Workspace();
    for (float[] sample : samples) {
      int columns = 1 + sample.length % 7;
      int rows = sample.length / columns;
      observer.observe(
          Tensor.ofFloats(Arrays.copyOf(sample, rows * columns), rows, columns), workspace);
    }
    return observer.statistics();
  }

  private static float[] normal(int count, double deviation, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) x[i] = (float) (random.nextGaussian() * deviation);
    return x;
  }

  private static Statistics ranges() {
    Observer observer = new Observer(Request.RANGE);
    observer.observe(Tensor.ofFloats(new float[] {-1, 3}, 2), new Workspace());
    return observer.statistics();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64})
  void anyPartitionAndTreeGivesTheSameBytes(int parts) {
    List<float[]> samples = new ArrayList<>();
    for (int i = 0; i < 64; i++) samples.add(normal(50 + 5 * i, Math.scalb(1.0, i % 23 - 11), i));
    String whole = file(observed(ALL, samples)).text();
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      Collections.shuffle(samples, random);
      List<Statistics> forest = new ArrayList<>();
      for (int part = 0; part < parts; part++)
        forest.add(observed(ALL, samples.subList(part * 64 / parts, (part + 1) * 64 / parts)));
      while (forest.size() > 1) {
        Statistics left = forest.remove(random.nextInt(forest.size()));
        forest.add(left.merge(forest.remove(random.nextInt(forest.size()))));
      }
      assertThat(file(forest.getFirst()).text()).isEqualTo(whole);
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    float[][] tensors = {
      {},
      {Float.NaN, 1f / 0},
      {0, -0f},
      {-5},
      {Float.MIN_VALUE},
      {Float.MAX_VALUE, -Float.MAX_VALUE},
      {-1, 1},
      {1e-30f, -60, 60.0001f},
      normal(9999, 1, 3)
    };
    for (float[] tensor : tensors) {
      StatisticsFile written = file(observed(ALL, List.of(tensor)));
      Path path = folder.resolve("cache.json");
      written.write(path);
      assertThat(StatisticsFile.read(path)).isEqualTo(written);
      assertThat(StatisticsFile.read(path).text()).isEqualTo(Files.readString(path));
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "halftone-calibration-2 | other | is no file of calibration statistics",
        "\"model\": | \"modal\": | \"model\" is missing",
        "\"tensors\" | \"tensor\" | \"tensors\" is missing",
        "\"finite\":3 | \"finite\":4 | the histogram does not hold finite elements",
        "\"finite\":3 | \"finite\":-3 | finite is below 0",
        "\"samples\":1 | \"samples\":1.5 | samples is no whole number",
        "\"samples\":1 | \"samples\":9 | samples do not fit finite",
        "0x1.0p2 | 4.0 | max is no hexadecimal float",
        "0x1.0p2 | -0x1.0p2 | min is above max",
        "\"exponent\":3 | \"exponent\":4 | exponent does not fit",
        "\"exponent\":3 | \"exponent\":400 | exponent is out of range",
        "\"counts\":[ | \"counts\":[-99999999, | counts go beyond the last bin",
        "\"counts\":[ | \"counts\":[9223372036854775807,9223372036854775807, | long overflow",
        "\"zeros\":1 | \"zeros\":2 | zeros are more than bin 0 holds",
        "\"moments\":{\"count\":3 | \"moments\":{\"count\":2 | moments are not of all finite"
            + " elements",
        "\"sum\":\"0x3p0\" | \"sum\":\"0x1p3\" | sum is beyond magnitudes",
        "\"sum\":\"0x3p0\" | \"sum\":\"-0x1p3\" | sum is beyond magnitudes",
        "\"sum\":\"0x3p0\" | \"sum\":\"0x6p-1\" | is no sum",
        "\"sum\":\"0x3p0\" | \"sum\":3 | sum is missing or no text",
        "\"magnitudes\":\"0x5p0\" | \"magnitudes\":\"0x1p4\" | magnitudes are beyond",
        "\"squares\":\"0x11p0\" | \"squares\":\"-0x11p0\" | squares are below 0",
        "\"squares\":\"0x11p0\" | \"squares\":\"0x1p9\" | squares are beyond the extremes",
        "\"channels\":{\"1\" | \"channels\":{\"one\" | a key of channels is no axis",
        "\"mins\":[ | \"mins\":[null, | mins are not as many as counts",
        "\"counts\":[1,1,1],\"mins\" | \"counts\":[1,1],\"mins\" | mins are not as many as counts",
        "\"counts\":[1,1,1],\"mins\" | \"counts\":[1,1,0.5],\"mins\" | counts are no whole numbers",
        "\"counts\":[1,1,1],\"mins\" | \"counts\":[1,1,-1],\"mins\" | counts are below 0",
        "\"counts\":[1,1,1],\"mins\" | \"counts\":[1,1,0],\"mins\" | a channel without elements"
            + " has",
        "\"counts\":[1,1,1],\"mins\" | \"counts\":[1,1,2],\"mins\" | do not hold all finite"
            + " elements",
        "\"maxs\":[\"-0x1.0p0\" | \"maxs\":[\"-0x1.0p1\" | mins are above maxs",
        "\"mins\":[\"-0x1.0p0\" | \"mins\":[\"-0x1.0p1\" | do not have the extremes",
        "\"squares\":[\"0x1p0\" | \"squares\":[\"0x1p9\" | squares are beyond the extremes",
        "\"samples\" | samples | line 7"
      })
  void brokenFilesAreRefused(String find, String replace, String message) throws IOException {
    Observer observer =
        new Observer(Request.HISTOGRAM.plus(Request.MOMENTS).plus(Request.channels(1)));
    observer.observe(Tensor.ofFloats(new float[] {-1, 0, 4}, 1, 3), new Workspace());
    Statistics seen = observer.statistics();
    String text = new StatisticsFile(KEY, Map.of("x", seen)).text();
    assertThat(text).contains(find);
    Path path = folder.resolve("broken.json");
    Files.writeString(path, text.replace(find, replace));
    assertThatThrownBy(() -> StatisticsFile.read(path))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("broken.json")
        .hasMessageContaining(message);
  }

  @Test
  void cutAndForeignFilesAreRefused() throws IOException {
    String text = file(observed(new float[] {1, 2})).text();
    Path path = folder.resolve("cut.json");
    for (String content :
        List.of("", "[]", "null", "7", text + "{}", "\0\1\2", "{\"a\":1,\"a\":2}")) {
      Files.writeString(path, content);
      assertThatThrownBy(() -> StatisticsFile.read(path))
          .isInstanceOf(MalformedDataException.class);
    }
    for (int length = 0; length < text.length() - 2; length++) {
      Files.writeString(path, text.substring(0, length));
      assertThatThrownBy(() -> StatisticsFile.read(path))
          .isInstanceOf(MalformedDataException.class);
    }
  }
}
