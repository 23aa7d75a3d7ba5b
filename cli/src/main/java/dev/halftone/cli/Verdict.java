package dev.halftone.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a gate came to.
 *
 * @param found what was measured, in the unit of the gate's limit; NaN where nothing was
 * @param reason what was found and what was asked for
 */
record Verdict(Gate gate, boolean passed, double found, String reason) {
  /** Enough to tell what was found from what was asked, wherever that matters. */
  private static final MathContext DIGITS = new MathContext(6);

  /** A gate has something to judge, or it is missed. */
  static Verdict missing(Gate gate, String what) {
    return new Verdict(
        gate,
        false,
        Double.NaN,
        "%s was measured, %s is asked for".formatted(what, number(gate.limit())));
  }

  /** The option as it was given. */
  String asked() {
    return gate.option() + " " + number(gate.limit());
  }

  /** All of it in one line. */
  String text() {
    return "gate %s %s: %s".formatted(gate.option(), passed ? "passed" : "missed", reason);
  }

  /** For the JSON. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("gate", gate.option().substring("--".length()));
    fields.put("limit", gate.limit());
    fields.put("passed", passed);
    fields.put("reason", reason);
    if (Double.isFinite(found)) fields.put("found", found);
    return fields;
  }

  /** Up to six digits, without zeros at the end. */
  static String number(double value) {
    if (!Double.isFinite(value)) return Double.toString(value);
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    return rounded.toPlainString();
  }
}
