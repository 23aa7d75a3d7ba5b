package dev.halftone.report;

/** Text with markup; whatever comes from a model is escaped on its way in. */
final class Html {
  private final StringBuilder text = new StringBuilder();

  /** Markup of our own. */
  Html raw(String markup) {
    text.append(markup);
    return this;
  }

  /** Text, or the value of an attribute in double quotes. */
  Html text(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '&' -> text.append("&amp;");
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '"' -> text.append("&quot;");
        case '\'' -> text.append("&#39;");
        default -> text.append(isShown(c) ? c : '\uFFFD');
      }
    }
    return this;
  }

  /** HTML has no control characters but white space. */
  private static boolean isShown(char c) {
    return c >= ' ' && c != 0x7F || c == '\n' || c == '\t' || c == '\r';
  }

  /** An element with text. */
  Html element(String name, String content) {
    return raw("<" + name + ">").text(content).raw("</" + name + ">");
  }

  Html append(Html other) {
    text.append(other.text);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
