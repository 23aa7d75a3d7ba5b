package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout of its own, with the program that this build has made and a Maven that
 * only notes that it was called.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
  private static final Path APP = Path.of("..", "cli", "target", "app");
  private static final String BUILDING = "Building Halftone";

  @TempDir Path folder;
  private Path checkout;
  private Path calls;

  /** How a run ended. */
  record Outcome(int code, String out, String err) {}

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(Files.isDirectory(APP), "cli/target/app is made by mvn package");
    checkout = Files.createDirectories(folder.resolve("a check out"));
    calls = folder.resolve("calls");
    Files.copy(Path.of("..", "halftone"), checkout.resolve("halftone"));
    Files.createDirectories(checkout.resolve("graph/src/main/java"));
    Files.createDirectories(checkout.resolve("cli/target"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    maven(
        "echo called >>'%s'; sleep 1; ln -sfn '%s' '%s/cli/target/app'"
            .formatted(calls, APP.toRealPath(), checkout));
  }

  /** A link out of the temporary folder would be reported when that is removed. */
  @AfterEach
  void unlink() throws IOException {
    Files.deleteIfExists(folder.resolve("a check out/cli/target/app"));
  }

  private void maven(String body) throws IOException {
    Path script = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void buildsOnFirstUseAndNotAgain() throws Exception {
    Outcome first = run("--version");
    assertThat(first.err()).startsWith(BUILDING);
    assertThat(first.out()).containsPattern("\\d+\\.\\d+");
    Outcome second = run("--version");
    assertThat(second).isEqualTo(new Outcome(0, first.out(), ""));
    assertThat(calls).hasContent("called");
  }

  @Test
  void buildsAgainWhenSourcesChange() throws Exception {
    run("--version");
    Path source =
        Files.writeString(checkout.resolve("graph/src/main/java/New.java"), "class New {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(run("--version").err()).startsWith(BUILDING);
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(60)));
    Files.setLastModifiedTime(source.getParent(), FileTime.from(Instant.now().minusSeconds(60)));
    assertThat(run("--version").err()).isEmpty();
    Files.delete(source);
    assertThat(run("--version").err()).startsWith(BUILDING);
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) processes.add(start(checkout.resolve("halftone"), i, "--version"));
    for (int i = 0; i < 3; i++) assertThat(finish(processes.get(i), i).code()).isZero();
    assertThat(calls).hasContent("called");
  }

  @Test
  void breaksTheLockOfAKilledBuild() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Files.createSymbolicLink(
        checkout.resolve("cli/target/launcher.lock"), Path.of(Long.toString(ended.pid())));
    assertThat(run("--version").code()).isZero();
    assertThat(checkout.resolve("cli/target/launcher.lock")).doesNotExist();
  }

  @Test
  void showsWhyTheBuildFailed() throws Exception {
    maven("echo 'Main.java does not compile'; exit 1");
    Outcome outcome = run("--version");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("Main.java does not compile")
        .contains("halftone: the build failed");
    assertThat(run("--version").err()).contains("Main.java does not compile");
  }

  @Test
  void runsThroughLinksFromAnyFolder() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("first"), Path.of("a check out/halftone"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link);
    assertThat(finish(start(second, 0, "--version"), 0).code()).isZero();
  }

  @Test
  void anErrorIsTheOnlyLineOnStandardError() throws Exception {
    run("--version");
    Outcome outcome = run("inspect", "no such.onnx");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().lines()).containsExactly("halftone: no such.onnx: no such file");
  }

  @Test
  void whatTheJvmSaysAboutTheUsersOptionsIsSeen() throws Exception {
    run("--version");
    ProcessBuilder builder = builder(checkout.resolve("halftone"), 0, "--version");
    builder.environment().put("HALFTONE_OPTS", "-Xnonsense");
    assertThat(finish(builder.start(), 0).err()).contains("-Xnonsense");
  }

  private Outcome run(String... arguments) throws Exception {
    return finish(start(checkout.resolve("halftone"), 0, arguments), 0);
  }

  private Process start(Path program, int number, String... arguments) throws IOException {
    return builder(program, number, arguments).start();
  }

  private ProcessBuilder builder(Path program, int number, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    List.of("JAVA_OPTS", "HALFTONE_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
        .forEach(environment::remove);
    builder.redirectOutput(folder.resolve("out" + number).toFile());
    return builder.redirectError(folder.resolve("err" + number).toFile());
  }

  private Outcome finish(Process process, int number) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), text("out" + number), text("err" + number));
  }

  private String text(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
