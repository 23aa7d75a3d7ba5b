package dev.halftone.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a Java that is new enough, where the launcher of Halftone looks too.
 *
 * @param environment variables of the process
 * @param usual folders whose subfolders are Javas
 */
record JdkSearch(Map<String, String> environment, List<Path> usual) {
  static final int LEAST = 25;

  private static final String JAVA = File.separatorChar == '\\' ? "java.exe" : "java";

  private static final Pattern VERSION =
      Pattern.compile("^JAVA_VERSION=\"([0-9]{1,4})", Pattern.MULTILINE);

  static JdkSearch here() {
    Path home = Path.of(System.getProperty("user.home", "/"));
    return new JdkSearch(
        System.getenv(),
        List.of(
            Path.of("/usr/lib/jvm"),
            Path.of("/opt"),
            home.resolve(".sdkman/candidates/java"),
            Path.of("/Library/Java/JavaVirtualMachines"),
            home.resolve(".jdks"),
            Path.of("C:/Program Files/Java"),
            Path.of("C:/Program Files/Eclipse Adoptium")));
  }

  /**
   * The first that suits: those given, {@code JAVA_HOME}, the one that runs Maven, the one on the
   * path, those in the usual folders by name.
   */
  Optional<Path> find(List<Path> first) {
    List<Path> candidates = new ArrayList<>(first);
    path(environment.get("JAVA_HOME")).ifPresent(candidates::add);
    path(System.getProperty("java.home")).ifPresent(candidates::add);
    onPath().ifPresent(candidates::add);
    for (Path folder : usual) candidates.addAll(inside(folder));
    return candidates.stream().filter(JdkSearch::suits).findFirst();
  }

  /** Whether the folder is a Java of at least {@link #LEAST}, as its {@code release} file says. */
  static boolean suits(Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(java(home)) || !Files.isReadable(release)) return false;
    try {
      Matcher version = VERSION.matcher(Files.readString(release));
      return version.find() && Integer.parseInt(version.group(1)) >= LEAST;
    } catch (IOException e) {
      return false; // Whatever it is, it is not the file that a JDK has.
    }
  }

  static Path java(Path home) {
    return home.resolve("bin").resolve(JAVA);
  }

  private Optional<Path> onPath() {
    String path = environment.getOrDefault("PATH", "");
    for (String folder : path.split(Pattern.quote(File.pathSeparator))) {
      Optional<Path> program = path(folder).map(bin -> bin.resolve(JAVA));
      if (program.isPresent() && Files.isExecutable(program.get())) return home(program.get());
    }
    return Optional.empty();
  }

  /** Behind all links: what is on the path is often one. */
  private static Optional<Path> home(Path program) {
    try {
      return Optional.ofNullable(program.toRealPath().getParent()).map(Path::getParent);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Path> inside(Path folder) {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> inner = Files.list(folder)) {
      return inner
          .sorted()
          .flatMap(home -> Stream.of(home, home.resolve("Contents/Home")))
          .toList();
    } catch (IOException e) {
      return List.of(); // A folder that cannot be listed has no Java for us.
    }
  }

  private static Optional<Path> path(@Nullable String text) {
    if (text == null || text.isBlank()) return Optional.empty();
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
