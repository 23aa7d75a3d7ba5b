package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.house.Checkout.Outcome;
import dev.halftone.house.Checkout.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Tag("packaged")
final class LauncherTest {
  private static final String BUILDING = "Building Halftone";
  private static final String PREPARING = "Preparing a fast start";

  /** They differ in what becomes of a script whose child is interrupted. */
  private static final List<String> SHELLS =
      Stream.of("/bin/sh", "/bin/bash")
          .filter(shell -> Files.isExecutable(Path.of(shell)))
          .toList();

  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  @TempDir Path folder;
  private Checkout checkout;

  @BeforeEach
  void open() throws IOException {
    checkout = new Checkout(folder);
  }

  @AfterEach
  void close() throws IOException {
    checkout.close();
  }

  @Test
  void buildsOnFirstUseAndNotAgain() throws Exception {
    Outcome first = checkout.halftone("--version");
    assertThat(first.err()).startsWith(BUILDING);
    assertThat(first.out()).containsPattern("\\d+\\.\\d+");
    Outcome second = checkout.halftone("--version");
    assertThat(second).isEqualTo(new Outcome(0, first.out(), ""));
    assertThat(checkout.calls()).hasContent("called");
  }

  @Test
  void buildsAgainWhenASourceIsChangedOrDeleted() throws Exception {
    checkout.halftone("--version");
    Path source = checkout.root.resolve("graph/src/main/java/New.java");
    Files.writeString(source, "class New {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(checkout.halftone("--version").err()).startsWith(BUILDING);
    Files.setLastModifiedTime(source, LONG_AGO);
    Files.setLastModifiedTime(source.getParent(), LONG_AGO);
    assertThat(checkout.halftone("--version").err()).isEmpty();
    Files.delete(source);
    assertThat(checkout.halftone("--version").err()).startsWith(BUILDING);
  }

  @Test
  void archivesTheClassesAgainAfterMavenWasRunByHand() throws Exception {
    checkout.halftone("--version");
    Path archive = archivedLongAgo();
    assertThat(checkout.halftone("--version").err()).startsWith(PREPARING);
    assertThat(Files.getLastModifiedTime(archive)).isGreaterThan(LONG_AGO);
    assertThat(checkout.halftone("--version").err()).isEmpty();
    assertThat(checkout.calls()).hasContent("called");
  }

  @Test
  void archivesOnTheNextStartWhenItWasInterrupted() throws Exception {
    checkout.halftone("--version");
    Path archive = archivedLongAgo();
    Path rehearsal = checkout.root.resolve("cli/target/rehearsal");
    for (String shell : SHELLS) {
      Files.delete(rehearsal);
      Started started = checkout.start(List.of(shell, "./halftone", "--version"), Map.of());
      await(rehearsal);
      // Not SIGINT, which a shell cannot trap where the tests run in the background.
      String process = Long.toString(started.process().pid());
      new ProcessBuilder("kill", "-TERM", process).start().waitFor();
      Outcome outcome = started.outcome();
      assertThat(outcome.code()).isEqualTo(128 + 15);
      assertThat(outcome.out()).isEmpty();
      assertThat(checkout.root.resolve("cli/target/launcher.lock")).doesNotExist();
    }
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(LONG_AGO);
    assertThat(checkout.halftone("--version").err()).startsWith(PREPARING);
  }

  @Test
  void startsWithoutTheArchiveWhereItCannotBeMade() throws Exception {
    checkout.halftone("--version");
    Path archive = archivedLongAgo();
    checkout.copyExamples();
    Files.delete(checkout.root.resolve("examples/digits/digits.onnx"));
    Outcome outcome = checkout.halftone("--version");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err().lines()).singleElement().asString().startsWith(PREPARING);
    assertThat(archive).doesNotExist();
    assertThat(checkout.halftone("--version").err()).isEmpty();
  }

  @Test
  void doesNotWaitForALockThatCannotBeMade() throws Exception {
    checkout.halftone("--version");
    archivedLongAgo();
    Files.createDirectory(checkout.root.resolve("cli/target/launcher.lock"));
    Path tools = Files.createDirectories(folder.resolve("bin"));
    Files.writeString(tools.resolve("ln"), "#!/bin/sh\nexit 1\n");
    assertThat(tools.resolve("ln").toFile().setExecutable(true)).isTrue();
    assertThat(checkout.halftone("--version").code()).isZero();
    Files.delete(checkout.root.resolve("cli/target/launcher.stamp"));
    Outcome outcome = checkout.halftone("--version");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("halftone: cannot make ").endsWith("launcher.lock\n");
  }

  /** The archive, with the marks of one that is older than the program. */
  private Path archivedLongAgo() throws IOException {
    Path archive = checkout.root.resolve("cli/target/classes.jsa");
    Files.setLastModifiedTime(archive, LONG_AGO);
    Files.setLastModifiedTime(archive.resolveSibling("classes.tried"), LONG_AGO);
    return archive;
  }

  private static void await(Path file) throws InterruptedException {
    Instant late = Instant.now().plusSeconds(60);
    while (!Files.exists(file)) {
      assertThat(Instant.now()).as("waiting for %s", file).isBefore(late);
      Thread.sleep(20);
    }
  }

  @Test
  void severalAtOnceBuildOnce() throws Exception {
    List<Started> started = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      started.add(checkout.start(List.of("./halftone", "--version"), Map.of()));
    }
    for (Started one : started) assertThat(one.outcome().code()).isZero();
    assertThat(checkout.calls()).hasContent("called");
  }

  @Test
  void breaksTheLockOfAKilledBuild() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Path lock = checkout.root.resolve("cli/target/launcher.lock");
    Files.createSymbolicLink(lock, Path.of(Long.toString(ended.pid())));
    assertThat(checkout.halftone("--version").code()).isZero();
    assertThat(Files.isSymbolicLink(lock)).isFalse();
  }

  @Test
  void showsWhyTheBuildFailed() throws Exception {
    checkout.maven("echo 'Main.java does not compile'; exit 1");
    for (int attempt = 0; attempt < 2; attempt++) {
      Outcome outcome = checkout.halftone("--version");
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.err())
          .contains("Main.java does not compile", "halftone: the build failed");
    }
  }

  @Test
  void runsThroughLinks() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("a check out/halftone"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), first);
    assertThat(checkout.start(List.of(second.toString(), "--version"), Map.of()).outcome().code())
        .isZero();
  }

  @Test
  void anErrorIsTheOnlyLineOnStandardError() throws Exception {
    checkout.halftone("--version");
    Outcome outcome = checkout.halftone("inspect", "no such.onnx");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().lines()).containsExactly("halftone: no such.onnx: no such file");
  }

  @Test
  void whatTheJvmSaysAboutTheUsersOptionsIsSeen() throws Exception {
    checkout.halftone("--version");
    Map<String, String> options = Map.of("HALFTONE_OPTS", "-Xnonsense");
    Outcome outcome = checkout.start(List.of("./halftone", "--version"), options).outcome();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("-Xnonsense");
  }

  @Test
  void theUserMayChooseTheCollector() throws Exception {
    checkout.halftone("--version");
    Map<String, String> options = Map.of("HALFTONE_OPTS", "-XX:+UseParallelGC -Xmx200m");
    assertThat(checkout.start(List.of("./halftone", "--version"), options).outcome().code())
        .isZero();
  }
}
