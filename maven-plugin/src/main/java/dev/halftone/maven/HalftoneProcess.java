package dev.halftone.maven;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the Halftone command line in a process of its own.
 *
 * @param jdk its Java's home
 * @param classPath jars
 * @param jvmOptions options of the JVM beside those that Halftone needs
 * @param folder the current folder
 * @param scratch a folder for the file with the class path, which is too long for some systems
 */
record HalftoneProcess(
    Path jdk, List<Path> classPath, List<String> jvmOptions, Path folder, Path scratch) {
  /** The JVM says it of the module that the vector kernels use, and no option turns it off. */
  private static final String KNOWN = "WARNING: Using incubator modules: jdk.incubator.vector";

  /**
   * How it ended.
   *
   * @param errors what it said on standard error
   */
  record Outcome(int code, List<String> errors) {}

  /**
   * Runs to the end; if the build is interrupted, so is it.
   *
   * @param arguments of the command line
   * @param listener gets each line of standard output when it comes
   */
  Outcome run(List<String> arguments, Consumer<String> listener)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JdkSearch.java(jdk).toString()));
    command.addAll(List.of("-XX:+UseSerialGC", "--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmOptions);
    command.add("@" + classPathFile());
    command.add("dev.halftone.cli.Main");
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).directory(folder.toFile()).start();
    try {
      process.getOutputStream().close();
      List<String> errors = new ArrayList<>();
      Thread reader = new Thread(() -> read(process.getErrorStream(), errors::add), "halftone");
      reader.start();
      read(process.getInputStream(), listener);
      int code = process.waitFor();
      reader.join();
      errors.removeIf(KNOWN::equals);
      return new Outcome(code, List.copyOf(errors));
    } finally {
      process.destroy();
    }
  }

  private static void read(InputStream stream, Consumer<String> listener) {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    lines.lines().forEach(listener);
  }

  /** In the syntax of the JVM's argument files, where a backslash is an escape. */
  private Path classPathFile() throws IOException {
    String path = String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList());
    Path file = Files.createDirectories(scratch).resolve("class-path.txt");
    String quoted = path.replace("\\", "\\\\").replace("\"", "\\\"");
    return Files.writeString(file, "-cp\n\"" + quoted + "\"\n");
  }
}
