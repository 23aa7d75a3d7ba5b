import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Hands Java files to google-java-format, which must be on the class path: {@code FormatSources
 * check|write ROOT STAMP}. Looks only at files that changed since the stamp file was written, and
 * writes it when they are all in order.
 */
public final class FormatSources {
  private FormatSources() {}

  public static void main(String[] arguments) throws IOException {
    boolean write = arguments[0].equals("write");
    Path stamp = Path.of(arguments[2]);
    FileTime begun = FileTime.fromMillis(System.currentTimeMillis());
    List<String> changed = changed(Path.of(arguments[1]), stamp);
    if (!changed.isEmpty() && !(write ? rewrite(changed) : check(changed, System.out))) {
      System.err.println(
          write ? "Not formatted." : "These files are not formatted: run mvn -Pformat initialize");
      System.exit(1);
    }
    Files.createDirectories(stamp.toAbsolutePath().getParent());
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, begun);
  }

  private static List<String> changed(Path root, Path stamp) throws IOException {
    FileTime since =
        Files.exists(stamp) ? Files.getLastModifiedTime(stamp) : FileTime.fromMillis(0);
    List<String> changed = new ArrayList<>();
    for (Path folder : sources(root)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file :
            (Iterable<Path>) files.filter(path -> path.toString().endsWith(".java"))::iterator) {
          if (Files.getLastModifiedTime(file).compareTo(since) >= 0) changed.add(file.toString());
        }
      }
    }
    return changed;
  }

  /** This file's own folder, and {@code src} of every module. */
  private static List<Path> sources(Path root) throws IOException {
    List<Path> sources = new ArrayList<>(List.of(root.resolve("build")));
    try (Stream<Path> modules = Files.list(root)) {
      modules
          .map(module -> module.resolve("src"))
          .filter(Files::isDirectory)
          .sorted()
          .forEach(sources::add);
    }
    return sources;
  }

  /**
   * Some files take a second pass: where a long string was broken, the lines around it may fit
   * anew.
   */
  private static boolean rewrite(List<String> files) {
    for (int pass = 0; pass < 3; pass++) {
      if (!run(System.out, files, "--replace")) return false;
      if (check(files, new PrintStream(OutputStream.nullOutputStream()))) return true;
    }
    return false;
  }

  private static boolean check(List<String> files, PrintStream out) {
    return run(out, files, "--dry-run", "--set-exit-if-changed");
  }

  private static boolean run(PrintStream out, List<String> files, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(files);
    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    return formatter.run(out, System.err, arguments.toArray(String[]::new)) == 0;
  }
}
