package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A type asked for by name of tensor.
 *
 * @param names found anywhere in the names that it is for, in upper or lower case
 * @param type F32, or one that weights are quantized to
 */
public record TypeRule(Pattern names, TensorType type) {
  /**
   * @throws IllegalArgumentException if nothing is quantized to the type
   */
  public TypeRule {
    check(type);
  }

  static void check(TensorType type) {
    if (type instanceof Plain && type != Plain.F32)
      throw new IllegalArgumentException("weights are not quantized to " + type);
  }

  /**
   * Reads {@code PATTERN=TYPE}, for instance {@code ffn_down=q6_K}.
   *
   * @throws IllegalArgumentException if a part is missing, the pattern is no regular expression, or
   *     there is no such type
   */
  public static TypeRule parse(String text) {
    int sign = text.indexOf('=');
    if (sign <= 0) throw new IllegalArgumentException("\"%s\" is not PATTERN=TYPE".formatted(text));
    String type = text.substring(sign + 1);
    TensorType known =
        TensorType.ofName(type)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "\"%s\": there is no type \"%s\"".formatted(text, type)));
    try {
      return new TypeRule(
          Pattern.compile(text.substring(0, sign), Pattern.CASE_INSENSITIVE), known);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\"%s\": %s at %d of the pattern".formatted(text, e.getDescription(), e.getIndex()), e);
    }
  }

  boolean isFor(String name) {
    return names.matcher(name).find();
  }

  @Override
  public String toString() {
    return names + "=" + type;
  }
}
