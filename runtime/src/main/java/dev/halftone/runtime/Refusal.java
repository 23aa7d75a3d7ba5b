package dev.halftone.runtime;

import ai.onnxruntime.OrtException;
import dev.halftone.graph.UnsupportedModelException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What ONNX Runtime says when it will not load or run a model, as one line for a user. */
final class Refusal {
  private static final int LONGEST = 400;

  private static final Pattern CODE = Pattern.compile("^Error code - \\S+ - message: ");

  /**
   * What ONNX Runtime puts before and into its reasons: codes, the file's name once more, its own
   * source lines and functions.
   */
  private static final List<Pattern> NOISE =
      List.of(
          Pattern.compile("^Load model from .*? failed: ?"),
          Pattern.compile("^Load model failed: ?"),
          Pattern.compile("^Fatal error: "),
          Pattern.compile("\\S+\\.(?:cc|cpp|h|hpp):\\d+ "),
          // A C++ signature: a qualified name, then balanced-enough parentheses, perhaps const and
          // template arguments.
          Pattern.compile(
              "(?:[\\w:<>*&,~]+ )*?(?:\\w+(?:<[^>]*>)?::)+[~\\w]+\\([^\\n"
                  + "]*\\)(?: const)?(?: \\[[^\\]\\n"
                  + "]*\\])? "),
          Pattern.compile("\\S.*? was false\\. (?=\\S)"));

  private static final Pattern AT_NODE =
      Pattern.compile(
          "^Non-zero status code returned while running (\\S+) node\\. Name:'(.*?)' Status Message:"
              + " (.*)",
          Pattern.DOTALL);

  private Refusal() {}

  static UnsupportedModelException of(Object model, OrtException e) {
    UnsupportedModelException refusal =
        new UnsupportedModelException(
            model, "ONNX Runtime: " + reason(String.valueOf(e.getMessage())));
    refusal.initCause(e);
    return refusal;
  }

  /** The first line of the message that says something, after the node where it happened. */
  static String reason(String message) {
    String text = CODE.matcher(message).replaceFirst("");
    Matcher atNode = AT_NODE.matcher(text);
    if (atNode.matches())
      return "node %s (%s): %s"
          .formatted(atNode.group(2), atNode.group(1), reason(atNode.group(3)));
    for (Pattern noise : NOISE) text = noise.matcher(text).replaceFirst("");
    String line =
        text.lines()
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .findFirst()
            .orElse("no reason given");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " …";
  }
}
