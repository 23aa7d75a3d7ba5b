package dev.halftone.evaluate.detect;

import java.util.List;
import java.util.Map;

/** A decoder's options, read as numbers. */
record DecoderOptions(String decoder, Map<String, String> options, List<String> known) {
  DecoderOptions {
    for (String option : options.keySet()) {
      if (!known.contains(option)) {
        throw new IllegalArgumentException(
            "%s has no option \"%s\", it has %s".formatted(decoder, option, known));
      }
    }
  }

  /** The option, or {@code otherwise}; not negative. */
  double number(String option, double otherwise) {
    String text = options.get(option);
    if (text == null) return otherwise;
    try {
      double number = Double.parseDouble(text);
      if (number >= 0) return number;
    } catch (NumberFormatException e) {
      // Reported below with the text.
    }
    throw new IllegalArgumentException(
        "%s: option %s is \"%s\", expected a number from 0".formatted(decoder, option, text));
  }
}
