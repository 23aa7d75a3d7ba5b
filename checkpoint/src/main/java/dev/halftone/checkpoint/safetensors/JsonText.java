package dev.halftone.checkpoint.safetensors;

import tools.jackson.core.io.JsonStringEncoder;

/** Text as JSON has it. */
final class JsonText {
  private JsonText() {}

  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"').toString();
  }
}
