package dev.halftone.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With a script in the place of Java. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class HalftoneProcessTest {
  @TempDir Path folder;

  private HalftoneProcess process(String script) throws IOException {
    Path java = JdkSearch.java(folder.resolve("jdk"));
    Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(java, "#!/bin/sh\n" + script);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return process(folder);
  }

  private static HalftoneProcess process(Path folder) {
    return new HalftoneProcess(folder.resolve("jdk"), List.of(), List.of(), folder, folder);
  }

  @Test
  void whatItSaysIsReadAsUnicode() throws Exception {
    List<String> lines = new ArrayList<>();
    HalftoneProcess.Outcome outcome =
        process("echo 1 → 2; echo größer >&2; cat; exit 4").run(List.of("x"), lines::add);
    assertThat(lines).containsExactly("1 → 2");
    assertThat(outcome).isEqualTo(new HalftoneProcess.Outcome(4, List.of("größer")));
  }

  @Test
  void muchOnBothOutputsIsRead() throws Exception {
    List<String> lines = new ArrayList<>();
    HalftoneProcess.Outcome outcome =
        process("i=0; while [ $i -lt 20000 ]; do echo out $i; echo err $i >&2; i=$((i + 1)); done")
            .run(List.of(), lines::add);
    assertThat(lines).hasSize(20000).endsWith("out 19999");
    assertThat(outcome.errors()).hasSize(20000).endsWith("err 19999");
  }

  private static final String ASLEEP = "sleep 600 & echo $$ $! > pids.new; mv pids.new pids; wait";

  private List<ProcessHandle> started() throws IOException, InterruptedException {
    Path pids = folder.resolve("pids");
    while (!Files.exists(pids)) Thread.sleep(10);
    List<ProcessHandle> started = new ArrayList<>();
    for (String pid : Files.readString(pids).strip().split(" "))
      started.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
    assertThat(started).hasSize(2);
    return started;
  }

  private static void assertEnd(List<ProcessHandle> processes) throws Exception {
    for (ProcessHandle process : processes) process.onExit().get(60, TimeUnit.SECONDS);
  }

  @Test
  void anInterruptionEndsItWithAllThatItStarted() throws Exception {
    HalftoneProcess process = process(ASLEEP);
    Thread build = Thread.currentThread();
    List<ProcessHandle> started = new ArrayList<>();
    new Thread(
            () -> {
              try {
                started.addAll(started());
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              } finally {
                build.interrupt();
              }
            })
        .start();
    assertThatThrownBy(() -> process.run(List.of(), line -> {}))
        .isInstanceOf(InterruptedException.class);
    assertThat(started).hasSize(2);
    assertEnd(started);
  }

  /** A build in a process of its own. */
  static final class Build {
    public static void main(String[] arguments) throws Exception {
      process(Path.of(arguments[0])).run(List.of(), line -> {});
    }
  }

  @Test
  void theEndOfTheBuildEndsItToo() throws Exception {
    process(ASLEEP);
    Process build =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Build.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    try {
      List<ProcessHandle> started = started();
      build.destroy();
      assertEnd(started);
      assertThat(build.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      build.destroyForcibly();
    }
  }
}
