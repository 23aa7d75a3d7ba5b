package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A copy of the checkout with the launcher, the examples, the program that this build has made, and
 * a Maven that only notes that it was called.
 */
final class Checkout implements AutoCloseable {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path APP = ROOT.resolve("cli/target/app");

  private final Path folder;
  final Path root;

  /** How a run ended. */
  record Outcome(int code, String out, String err) {}

  /** A program that was started. */
  record Started(Process process, Path out, Path err) {
    Outcome outcome() throws IOException, InterruptedException {
      boolean ended = process.waitFor(600, TimeUnit.SECONDS);
      if (!ended) destroy(process.toHandle());
      assertThat(ended).as("ends within 10 minutes; said %s", Files.readString(err)).isTrue();
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static void destroy(ProcessHandle process) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  Checkout(Path folder) throws IOException {
    assertThat(APP).as("what mvn package makes; these tests run in mvn verify").isDirectory();
    this.folder = folder;
    root = Files.createDirectories(folder.resolve("a check out"));
    Files.copy(ROOT.resolve("halftone"), root.resolve("halftone"));
    Path compilers = Path.of("cli/src/main/jvm");
    Files.createDirectories(root.resolve(compilers));
    for (String file : List.of("compilers.args", "compiler-directives.json"))
      Files.copy(ROOT.resolve(compilers).resolve(file), root.resolve(compilers).resolve(file));
    Files.createDirectories(root.resolve("graph/src/main/java"));
    Files.createDirectories(root.resolve("cli/target"));
    Files.writeString(root.resolve("pom.xml"), "<project/>");
    Files.createSymbolicLink(root.resolve("examples"), ROOT.resolve("examples"));
    maven("echo called >>'%s'; sleep 1; ln -sfn '%s' '%s'".formatted(calls(), APP, app()));
  }

  /** Has a line for each time that Maven was called. */
  Path calls() {
    return folder.resolve("calls");
  }

  private Path app() {
    return root.resolve("cli/target/app");
  }

  /** Says what Maven does when it is called. */
  void maven(String body) throws IOException {
    Path script = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  /**
   * Examples of its own, so that what they name beside the checkout is looked for beside this one.
   */
  void copyExamples() throws IOException {
    Path link = root.resolve("examples");
    Files.delete(link);
    Path from = ROOT.resolve("examples");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path to = link.resolve(from.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
  }

  /** Runs the launcher with its checkout as the current folder. */
  Outcome halftone(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("./halftone"));
    command.addAll(List.of(arguments));
    return start(command, Map.of()).outcome();
  }

  Started start(List<String> command, Map<String, String> variables) throws IOException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment
        .keySet()
        .removeAll(List.of("JAVA_OPTS", "HALFTONE_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    environment.putAll(variables);
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new Started(process, out, err);
  }

  /** Takes away the links that lead out of the temporary folder. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(app());
    Path examples = root.resolve("examples");
    if (Files.isSymbolicLink(examples)) Files.delete(examples);
  }
}
