package dev.halftone.llm.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.GgufWriter;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.llm.source.GgufRows;
import dev.halftone.llm.source.RowSource;
import dev.halftone.number.gguf.BlockType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointWriterTest {
  private static final int COLUMNS = 512;
  private static final int ROWS = 1300; // Three units, the last one short.
  private static final TensorType Q4_K = new Blocks(BlockType.Q4_K);

  @TempDir Path folder;
  private Path input;
  private float[] values;

  @BeforeEach
  void writeInput() throws IOException {
    input = Files.createDirectory(folder.resolve("in")).resolve("model.gguf");
    values = new float[ROWS * COLUMNS];
    Random random = new Random(7);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    float[] norm = new float[COLUMNS];
    GgufWriter.write(
        input,
        metadata(),
        List.of(
            tensor("norm", values, norm.length),
            tensor("a", values, COLUMNS, ROWS),
            tensor("b", values, COLUMNS, 4, 3)));
  }

  @Test
  void makesTheBlocksOfEachTensorWhateverTheThreads() throws IOException {
    byte[] expected = blocks(BlockType.Q4_K, null);
    byte @Nullable [] first = null;
    for (int threads : new int[] {1, 2, 5}) {
      Path out = out("t" + threads);
      List<TensorResult> results =
          CheckpointWriter.write(job(out, Q4_K), threads, WriteProgress.NONE);

      Gguf written = Gguf.read(out);
      assertThat(written.metadata().keySet()).containsExactly("general.architecture");
      assertThat(written.tensors().keySet()).containsExactly("norm", "a", "b");
      assertThat(read(written, "norm").type()).isEqualTo(Plain.F32);
      assertThat(read(written, "a").data().mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
      assertThat(results.get(0).sqnrDb()).isEmpty();
      assertThat(results.get(1).sqnrDb().orElseThrow()).isBetween(20.0, 26.0);
      assertThat(results.get(1).stored().type()).isEqualTo(Q4_K);
      assertThat(Files.list(folder(out))).containsExactly(out);
      if (first == null) first = Files.readAllBytes(out);
      assertThat(Files.readAllBytes(out)).isEqualTo(first);
    }
  }

  @Test
  void eachMatrixHasItsOwnImportance() throws IOException {
    float[][] importance = new float[3][COLUMNS];
    Random random = new Random(1);
    for (float[] columns : importance)
      for (int i = 0; i < COLUMNS; i++) columns[i] = random.nextFloat();
    Path out = out("importance");
    RowSource source = sources().get(2);
    CheckpointWriter.write(
        job(out, List.of(new TensorJob(source, Q4_K, Optional.of(m -> importance[(int) m])))),
        2,
        WriteProgress.NONE);

    int width = (int) BlockType.Q4_K.bytes(COLUMNS);
    byte[] row = new byte[width];
    MemorySegment data = read(Gguf.read(out), "b").data();
    for (int i = 0; i < 12; i++) {
      BlockType.Q4_K.quantize(values, i * COLUMNS, (i + 1) * COLUMNS, importance[i / 4], row, 0);
      assertThat(data.asSlice((long) i * width, width).mismatch(MemorySegment.ofArray(row)))
          .as("row %d", i)
          .isEqualTo(-1);
    }
  }

  @Test
  void goesOnWhereAKilledRunWas() throws IOException {
    Path whole = out("whole");
    CheckpointWriter.write(job(whole, Q4_K), 1, WriteProgress.NONE);
    Path resumed = killedAfter(2);
    AtomicInteger read = new AtomicInteger();
    CheckpointWriter.write(job(resumed, counted(jobs(Q4_K), read)), 1, WriteProgress.NONE);

    assertThat(Files.mismatch(whole, resumed)).isEqualTo(-1);
    assertThat(read).as("units made in the second run").hasValue(3);
    assertThat(Files.list(folder(resumed))).containsExactly(resumed);
  }

  @Test
  void whatWasSpoiledSinceIsMadeAgain() throws IOException {
    Path whole = out("whole");
    CheckpointWriter.write(job(whole, Q4_K), 1, WriteProgress.NONE);
    Path resumed = killedAfter(3);
    Path unfinished = resumed.resolveSibling(".out.gguf.unfinished");
    try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[5000]), 3000);
    }
    CheckpointWriter.write(job(resumed, Q4_K), 2, WriteProgress.NONE);

    assertThat(Files.mismatch(whole, resumed)).isEqualTo(-1);
  }

  @Test
  void otherWorkStartsAnew() throws IOException {
    Path resumed = killedAfter(3);
    TensorType other = new Blocks(BlockType.Q4_1);
    CheckpointWriter.write(job(resumed, other), 1, WriteProgress.NONE);
    Path whole = out("whole");
    CheckpointWriter.write(job(whole, other), 1, WriteProgress.NONE);

    assertThat(Files.mismatch(whole, resumed)).isEqualTo(-1);
  }

  @Test
  void aValueThatCannotBeStoredLeavesNothing() throws IOException {
    values[700 * COLUMNS + 3] = Float.NaN;
    GgufWriter.write(input, metadata(), List.of(tensor("a", values, COLUMNS, ROWS)));
    Path out = out("nan");

    assertThatThrownBy(
            () ->
                CheckpointWriter.write(
                    job(out, List.of(new TensorJob(sources().getFirst(), Q4_K, Optional.empty()))),
                    2,
                    WriteProgress.NONE))
        .isInstanceOf(MalformedModelException.class)
        .hasMessage("%s: tensor \"a\" row 700: value 3 is NaN", input);
    assertThat(Files.list(folder(out))).isEmpty();
  }

  @Test
  void aFolderThatIsMissingIsSaid() {
    Path out = folder.resolve("nowhere/out.gguf");

    assertThatThrownBy(() -> CheckpointWriter.write(job(out, Q4_K), 1, WriteProgress.NONE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot write " + out);
  }

  @Test
  void twoRunsDoNotWriteTheSameFile() throws IOException {
    Path out = out("locked");
    List<String> messages = new ArrayList<>();
    CheckpointWriter.write(
        job(out, Q4_K),
        1,
        bytes -> {
          try {
            CheckpointWriter.write(job(out, Q4_K), 1, WriteProgress.NONE);
          } catch (UncheckedIOException e) {
            messages.add(String.valueOf(e.getMessage()));
          }
        });

    assertThat(messages).isNotEmpty().allMatch(message -> message.contains("another run"));
    assertThat(Gguf.read(out).tensors()).hasSize(3);
  }

  private List<TensorJob> counted(List<TensorJob> jobs, AtomicInteger read) {
    return jobs.stream()
        .map(
            job -> {
              RowSource source = job.source();
              RowSource counting =
                  new RowSource() {
                    private long last = -1;

                    @Override
                    public TensorInfo info() {
                      return source.info();
                    }

                    @Override
                    public void readRows(long first, int count, float[] out) {
                      long unit = first / (Units.VALUES / COLUMNS);
                      if (unit != last) read.incrementAndGet();
                      last = unit;
                      source.readRows(first, count, out);
                    }

                    @Override
                    public boolean hasValues() {
                      return source.hasValues();
                    }

                    @Override
                    public void copyBlocks(long first, int count, byte[] out) {
                      read.incrementAndGet();
                      source.copyBlocks(first, count, out);
                    }
                  };
              return new TensorJob(counting, job.target(), job.importance());
            })
        .toList();
  }

  /** The output of a run that was killed when it had so many of its pieces. */
  private Path killedAfter(int pieces) throws IOException {
    Path killed = out("killed");
    Path resumed = out("resumed");
    AtomicInteger steps = new AtomicInteger();
    CheckpointWriter.write(
        job(killed, Q4_K),
        1,
        bytes -> {
          if (steps.incrementAndGet() == pieces) keep(killed, resumed);
        });
    return resumed;
  }

  /** The state of a run that is killed at this moment. */
  private static void keep(Path from, Path to) {
    try (Stream<Path> files = Files.list(folder(from))) {
      for (Path file : files.toList())
        Files.copy(
            file, folder(to).resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GgufTensor read(Gguf file, String name) {
    return Objects.requireNonNull(file.tensors().get(name));
  }

  private static Path folder(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  private byte[] blocks(BlockType type, float @Nullable [] importance) {
    int width = (int) type.bytes(COLUMNS);
    byte[] blocks = new byte[ROWS * width];
    for (int row = 0; row < ROWS; row++)
      type.quantize(values, row * COLUMNS, (row + 1) * COLUMNS, importance, blocks, row * width);
    return blocks;
  }

  private Path out(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name)).resolve("out.gguf");
  }

  private List<RowSource> sources() {
    return Gguf.read(input).tensors().values().stream().<RowSource>map(GgufRows::new).toList();
  }

  private List<TensorJob> jobs(TensorType matrices) {
    List<RowSource> sources = sources();
    return List.of(
        TensorJob.copy(sources.get(0)),
        new TensorJob(sources.get(1), matrices, Optional.empty()),
        new TensorJob(sources.get(2), matrices, Optional.empty()));
  }

  private CheckpointJob job(Path out, TensorType matrices) {
    return job(out, jobs(matrices));
  }

  private CheckpointJob job(Path out, List<TensorJob> tensors) {
    return new CheckpointJob(
        List.of(new FileJob(out, metadata(), tensors)), List.of(input), "test");
  }

  private static SequencedMap<String, MetadataValue> metadata() {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", MetadataValue.of("llama"));
    return metadata;
  }

  private static GgufTensor tensor(String name, float[] values, long... dimensions) {
    TensorInfo info = new TensorInfo(name, Plain.F32, dimensions);
    return new GgufTensor(info, MemorySegment.ofArray(values).asSlice(0, info.byteSize()));
  }
}
