package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.tensor.DType;
import dev.halftone.toolkit.packed.FloatFolder;
import dev.halftone.toolkit.packed.FolderPlan;
import dev.halftone.toolkit.packed.FolderWriter;
import dev.halftone.toolkit.packed.PackedScheme;
import dev.halftone.toolkit.packed.PackedScheme.Element;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Safetensors that are written by processes that die. */
class FolderResumeTest {
  @TempDir Path folder;

  private Path model;

  /** What no cleaning up sees, as when a process is killed. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  @BeforeEach
  void writeModel() throws IOException {
    model = LlamaFolder.write(path("model"), 41, DType.FLOAT16);
    Files.writeString(model.resolve("tokenizer.json"), "{}");
  }

  /** Dies when it has done so many pieces. */
  private static WriteProgress dyingAfter(int pieces) {
    AtomicLong left = new AtomicLong(pieces);
    return bytes -> {
      if (left.decrementAndGet() == 0) throw new Killed();
    };
  }

  private FolderPlan plan(Element element, boolean oneFile) {
    Optional<String> file = oneFile ? Optional.of("out.safetensors") : Optional.empty();
    return FolderPlan.of(model, PackedScheme.usual(element), List.of(), List.of(), file);
  }

  @Test
  void aKilledRunGoesOnToTheSameBytes() throws IOException {
    for (boolean oneFile : new boolean[] {false, true}) {
      Path out = path(oneFile ? "out.safetensors" : "out");
      Path whole = path(oneFile ? "whole/out.safetensors" : "whole");
      if (oneFile) Files.createDirectories(path("whole"));
      FolderPlan plan = plan(Element.INT4, oneFile);
      List<OptionalDouble> errors = FolderWriter.write(plan, whole, 1, WriteProgress.NONE);
      for (int pieces = 1; pieces <= 12; pieces += 3) {
        int dying = pieces;
        assertThatThrownBy(() -> FolderWriter.write(plan, out, 1, dyingAfter(dying)))
            .isInstanceOf(Killed.class);
        assertThat(out).doesNotExist();
        assertThat(finished(out)).isEqualTo(pieces);
      }
      assertThat(FolderWriter.write(plan, out, 2, WriteProgress.NONE)).isEqualTo(errors);
      assertSame(out, whole);
      assertThat(hidden()).isEmpty();
      deleteAll(path("whole"));
    }
  }

  /** What the journal says of a piece is believed only where the checksum is right. */
  @Test
  void whatIsThereIsTakenIfItsBytesAreRight() throws IOException {
    Path out = path("out");
    FolderPlan plan = plan(Element.INT8, false);
    List<OptionalDouble> errors = FolderWriter.write(plan, path("whole"), 1, WriteProgress.NONE);
    assertThatThrownBy(() -> FolderWriter.write(plan, out, 1, dyingAfter(12)))
        .isInstanceOf(Killed.class);
    forgeErrors(out);
    List<OptionalDouble> forged = FolderWriter.write(plan, out, 1, WriteProgress.NONE);
    assertSame(out, path("whole"));
    assertThat(forged).isNotEqualTo(errors);
    deleteAll(out);
    assertThatThrownBy(() -> FolderWriter.write(plan, out, 1, dyingAfter(12)))
        .isInstanceOf(Killed.class);
    forgeErrors(out);
    try (RandomAccessFile file =
        new RandomAccessFile(path(".out.unfinished/model.safetensors").toFile(), "rw")) {
      file.seek(file.length() / 4);
      for (long at = file.getFilePointer(); at < file.length(); at++) file.write(0x55);
    }
    List<OptionalDouble> mended = FolderWriter.write(plan, out, 1, WriteProgress.NONE);
    assertSame(out, path("whole"));
    assertThat(mended).isNotEqualTo(forged);
  }

  /** Other choices, or a source that changed, are other work. */
  @Test
  void otherWorkStartsAnew() throws IOException {
    Path out = path("out");
    FolderPlan first = plan(Element.INT4, false);
    assertThatThrownBy(() -> FolderWriter.write(first, out, 1, dyingAfter(5)))
        .isInstanceOf(Killed.class);
    FolderPlan other = plan(Element.FP8_E4M3, false);
    FolderWriter.write(other, path("whole"), 1, WriteProgress.NONE);
    FolderWriter.write(other, out, 1, WriteProgress.NONE);
    assertSame(out, path("whole"));
    deleteAll(out);
    deleteAll(path("whole"));
    assertThatThrownBy(() -> FolderWriter.write(first, out, 1, dyingAfter(5)))
        .isInstanceOf(Killed.class);
    LlamaFolder.write(model, 42, DType.FLOAT16);
    FolderPlan changed = plan(Element.INT4, false);
    FolderWriter.write(changed, path("whole"), 1, WriteProgress.NONE);
    FolderWriter.write(changed, out, 1, WriteProgress.NONE);
    assertSame(out, path("whole"));
  }

  @Test
  void dequantizeGoesOnToo() throws IOException {
    FolderWriter.write(plan(Element.INT4, false), path("packed"), 1, WriteProgress.NONE);
    FloatFolder floats = FloatFolder.of(path("packed"), Optional.empty());
    floats.write(path("whole"), WriteProgress.NONE);
    assertThatThrownBy(() -> floats.write(path("out"), dyingAfter(4))).isInstanceOf(Killed.class);
    assertThat(finished(path("out"))).isEqualTo(4);
    floats.write(path("out"), WriteProgress.NONE);
    assertSame(path("out"), path("whole"));
    assertThat(hidden()).isEmpty();
  }

  @Test
  void workThatFailsLeavesNothing() throws IOException {
    FolderPlan plan = plan(Element.INT4, false);
    assertThatThrownBy(
            () ->
                FolderWriter.write(
                    plan,
                    path("out"),
                    1,
                    bytes -> {
                      throw new UncheckedIOException(new IOException("the disk is full"));
                    }))
        .hasMessageContaining("the disk is full");
    assertThat(CommandRun.files(folder)).noneMatch(name -> name.contains("out"));
    assertThatThrownBy(() -> FolderWriter.write(plan, path("no/out"), 1, WriteProgress.NONE))
        .hasMessageContaining("its folder does not exist");
  }

  /** What the system says of a disk names no file. */
  @Test
  void aWriteThatFailsNamesTheResult() throws IOException {
    FolderPlan plan = plan(Element.INT4, false);
    try {
      assertThatThrownBy(
              () ->
                  FolderWriter.write(
                      plan, path("out"), 1, bytes -> Thread.currentThread().interrupt()))
          .hasMessageContaining("cannot write " + path("out"));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(CommandRun.files(folder)).noneMatch(name -> name.contains("out"));
  }

  @Test
  void twoRunsDoNotWriteTheSameResult() {
    FolderPlan plan = plan(Element.INT4, false);
    Path out = path("out");
    FolderWriter.write(
        plan,
        out,
        1,
        bytes -> {
          if (Files.exists(path(".out.second"))) return;
          write(path(".out.second"));
          assertThatThrownBy(() -> FolderWriter.write(plan, out, 1, WriteProgress.NONE))
              .hasMessageContaining("another run is writing the same file");
        });
    assertThat(out).isDirectory();
  }

  private static void write(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int finished(Path out) throws IOException {
    Path journal = out.resolveSibling(".%s.journal".formatted(out.getFileName()));
    return Files.readAllLines(journal).size() - 1;
  }

  /** Says of each piece that is there that it is without error. */
  private static void forgeErrors(Path out) throws IOException {
    Path journal = out.resolveSibling(".%s.journal".formatted(out.getFileName()));
    List<String> lines = new ArrayList<>(Files.readAllLines(journal));
    for (int i = 1; i < lines.size(); i++) {
      String[] fields = lines.get(i).split(" ", -1);
      fields[3] = "0".repeat(16);
      lines.set(i, String.join(" ", fields));
    }
    Files.write(journal, lines);
  }

  private static void assertSame(Path found, Path expected) throws IOException {
    if (!Files.isDirectory(expected)) {
      assertThat(Files.mismatch(found, expected)).isEqualTo(-1);
      return;
    }
    assertThat(CommandRun.files(found)).isEqualTo(CommandRun.files(expected));
    for (String file : CommandRun.files(expected))
      assertThat(Files.mismatch(found.resolve(file), expected.resolve(file)))
          .as(file)
          .isEqualTo(-1);
  }

  private List<String> hidden() throws IOException {
    return CommandRun.files(folder).stream().filter(name -> name.startsWith(".")).toList();
  }

  private static void deleteAll(Path place) throws IOException {
    for (String file : CommandRun.files(place)) Files.deleteIfExists(place.resolve(file));
    Files.deleteIfExists(place);
  }

  private Path path(String name) {
    return folder.resolve(name);
  }
}
