package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training in a process of its own: its memory, its end by force, its first start. */
class TrainProcessTest {
  @TempDir private Path folder;
  private Fixture fixture;

  @BeforeEach
  void onlyWhereLibtorchIs() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "training runs on Linux x86-64");
    fixture = new Fixture(folder);
  }

  /**
   * What one epoch takes is given back before the next. The heap is as large as it gets from the
   * start, so that what grows is native.
   */
  @Test
  void residentMemoryDoesNotGrowFromEpochToEpoch() throws Exception {
    List<Long> resident = new ArrayList<>();
    Process process =
        start(
            List.of("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1"),
            "--epochs",
            "30",
            "--batch",
            "4");
    // The process is well alive while the tenth of thirty epochs is told.
    followed(
        process,
        line -> {
          if (resident.size() <= 10) resident.add(resident(process));
        });
    assertThat(resident).hasSize(11);
    assertThat((double) resident.get(10)).isLessThan(1.05 * resident.get(2));
  }

  /** Bytes of memory that a process holds. */
  private static long resident(Process process) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")))
        if (line.startsWith("VmRSS:")) return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("no VmRSS");
  }

  @Test
  void aKilledRunGoesOnAndEndsAsOneThatWasNot() throws Exception {
    String[] options = {"--epochs", "60", "--checkpoint", "state.safetensors"};
    Process killed = start(List.of(), options);
    int code =
        followed(
            killed,
            line -> {
              // Of the handle, since that of the process closes its output.
              if (line.startsWith("epoch 3:")) killed.toHandle().destroyForcibly();
            });
    assertThat(code).isEqualTo(137);
    Path out = folder.resolve("out.onnx");
    assertThat(out).doesNotExist();

    List<String> epochs = new ArrayList<>();
    assertThat(followed(start(List.of(), options), epochs::add)).isZero();
    assertThat(epochs.getFirst()).doesNotStartWith("epoch 0");
    assertThat(epochs.getLast()).startsWith("epoch 60");
    byte[] resumed = Files.readAllBytes(out);

    Files.delete(folder.resolve("state.safetensors"));
    assertThat(followed(start(List.of(), options), line -> {})).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(resumed);
  }

  /** libtorch frees its own objects when the process exits, while another thread may compute. */
  @Test
  void endsWithoutACrashWhenItIsTold() throws Exception {
    Process process = start(List.of(), "--epochs", "200");
    int code =
        followed(
            process,
            line -> {
              if (line.startsWith("epoch 3:")) process.toHandle().destroy();
            });
    assertThat(code).isEqualTo(143);
    assertThat(CommandRun.files(folder)).noneMatch(name -> name.startsWith("hs_err"));
    assertThat(folder.resolve("out.onnx")).doesNotExist();
  }

  /** JavaCPP unpacks libtorch into its cache first; the JVM crashes where that is done wrong. */
  @Test
  void startsWithAnEmptyCacheOfLibraries() throws Exception {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Process process = start(List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache), "--epochs", "1");
    assertThat(followed(process, line -> {})).isZero();
    assertThat(CommandRun.files(cache)).anyMatch(name -> name.contains("libtorch_cpu"));
    assertThat(folder.resolve("out.onnx")).isNotEmptyFile();
  }

  private Process start(List<String> java, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(java);
    command.addAll(List.of("dev.halftone.cli.Main", "train", fixture.model().toString()));
    command.addAll(List.of("--data", fixture.samples().toString(), "--weights", "int2"));
    command.addAll(List.of("-o", "out.onnx"));
    command.addAll(Arrays.asList(options));
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }

  /** Hands over each line that tells of an epoch, and gives the exit code. */
  private static int followed(Process process, Consumer<String> epochs)
      throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder();
    AtomicBoolean late = new AtomicBoolean();
    Thread watch = Thread.startVirtualThread(() -> late.set(!endsInTime(process)));
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        all.append(line).append('\n');
        if (line.startsWith("epoch ")) epochs.accept(line);
      }
    }
    watch.join();
    assertThat(late).as(all.toString()).isFalse();
    int code = process.exitValue();
    assertThat(code).as(all.toString()).isIn(0, 137, 143);
    return code;
  }

  /** Ends a process that hangs, so that nobody waits for its output any more. */
  private static boolean endsInTime(Process process) {
    try {
      if (process.waitFor(4, TimeUnit.MINUTES)) return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.toHandle().destroyForcibly();
    return false;
  }
}
