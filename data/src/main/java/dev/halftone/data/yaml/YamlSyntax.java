package dev.halftone.data.yaml;

import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/** What the parser says of text that is no YAML, in one line. */
final class YamlSyntax {
  private static final Pattern MARK = Pattern.compile("line ([0-9]+), column [0-9]+");

  private YamlSyntax() {}

  /**
   * The parser's message has what it was doing and what it found, each followed by its place and a
   * snippet, which are indented. The last place is where the problem is.
   */
  static MalformedDataException error(Path file, JacksonException failure) {
    String message = String.valueOf(failure.getOriginalMessage());
    List<String> said =
        message.lines().filter(line -> !line.isBlank() && !line.startsWith(" ")).toList();
    return new MalformedDataException(
        file, "line " + line(failure, message), "not YAML: " + String.join(", ", said));
  }

  private static String line(JacksonException failure, String message) {
    List<MatchResult> marks = MARK.matcher(message).results().toList();
    if (!marks.isEmpty()) return marks.getLast().group(1);
    return failure.getLocation() == null ? "?" : "" + failure.getLocation().getLineNr();
  }
}
