package dev.halftone.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation, and what it tells readers to type. */
record Document(Path file) {
  private static final Pattern NEEDS = Pattern.compile("<!-- needs: (training) -->");
  private static final String START = "    ./halftone ";

  /**
   * A command in a block of its own.
   *
   * @param needs what stands as {@code <!-- needs: training -->} before its block: {@code training}
   *     for a machine that libtorch runs on; else empty
   */
  record Command(String line, String needs) {}

  /** README and every page in {@code docs}. */
  static List<Document> all() throws IOException {
    try (Stream<Path> pages = Files.list(Path.of("..", "docs"))) {
      return Stream.concat(Stream.of(Path.of("..", "README.md")), pages)
          .filter(page -> page.toString().endsWith(".md"))
          .sorted()
          .map(Document::new)
          .toList();
    }
  }

  String name() {
    return file.getFileName().toString();
  }

  String text() throws IOException {
    return Files.readString(file);
  }

  List<Command> commands() throws IOException {
    List<Command> commands = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    String needs = "";
    for (String line : Files.readAllLines(file)) {
      Matcher note = NEEDS.matcher(line);
      if (note.matches()) needs = note.group(1);
      else if (!line.isBlank() && !line.startsWith("    ")) needs = "";
      if (open.isEmpty() && !line.startsWith(START)) continue;
      open.append(line.strip());
      if (line.endsWith("\\")) {
        open.setLength(open.length() - 1);
      } else {
        commands.add(new Command(open.toString(), needs));
        open.setLength(0);
      }
    }
    return commands;
  }
}
