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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
   * Runs to the end; if the build is interrupted or ended, so is it with all that it has started.
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
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    nameFilesInUnicode(builder.environment());
    Life life = new Life();
    Thread hook = new Thread(life::end, "halftone-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Process process = life.start(builder);
      process.getOutputStream().close();
      return follow(process, listener);
    } finally {
      life.end();
      forget(hook);
    }
  }

  /** Nothing is started any more when the build has begun to end. */
  private static final class Life {
    private @Nullable Process process;
    private boolean over;

    synchronized Process start(ProcessBuilder builder) throws IOException {
      if (over) throw new IOException("the build is ending");
      process = builder.start();
      return process;
    }

    /** Ends it with all that it has started; nothing if it has ended. */
    synchronized void end() {
      over = true;
      if (process == null || !process.isAlive()) return;
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  /** Without a locale, as in many containers, the JVM cannot name files outside of ASCII. */
  private static void nameFilesInUnicode(Map<String, String> environment) {
    String locale = "";
    for (String name : List.of("LANG", "LC_CTYPE", "LC_ALL")) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) locale = value;
    }
    if (System.getProperty("os.name").equals("Linux") && List.of("", "C", "POSIX").contains(locale))
      environment.put("LC_ALL", "C.UTF-8");
  }

  /** Both outputs are read by threads of their own, so that this one can be interrupted. */
  private static Outcome follow(Process process, Consumer<String> listener)
      throws InterruptedException {
    BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    List<String> errors = new ArrayList<>();
    start(
        () -> {
          read(process.getInputStream(), line -> lines.add(Optional.of(line)));
          lines.add(Optional.empty());
        });
    Thread reader = start(() -> read(process.getErrorStream(), errors::add));
    for (Optional<String> line = lines.take(); line.isPresent(); line = lines.take())
      listener.accept(line.get());
    int code = process.waitFor();
    reader.join();
    errors.removeIf(KNOWN::equals);
    return new Outcome(code, List.copyOf(errors));
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work, "halftone");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void read(InputStream stream, Consumer<String> listener) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine())
        listener.accept(line);
    } catch (IOException e) {
      listener.accept("the output of Halftone broke off: " + e.getMessage());
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The build is ending, and the hook does its work.
    }
  }

  /** In the syntax of the JVM's argument files, where a backslash is an escape. */
  private Path classPathFile() throws IOException {
    String path = String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList());
    Path file = Files.createDirectories(scratch).resolve("class-path.txt");
    String quoted = path.replace("\\", "\\\\").replace("\"", "\\\"");
    return Files.writeString(file, "-cp\n\"" + quoted + "\"\n");
  }
}
