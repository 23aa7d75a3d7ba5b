package dev.halftone.llm.mixture;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The number in names of tensors of a layer: {@code blk.7.attn_q.weight}. */
final class LayerName {
  // Nine digits fit an int; no model has a billion layers.
  private static final Pattern NUMBER = Pattern.compile("blk\\.([0-9]{1,9})(?![0-9])");

  private LayerName() {}

  /** Empty for a tensor outside of layers. */
  static OptionalInt layer(String name) {
    Matcher number = NUMBER.matcher(name);
    return number.lookingAt()
        ? OptionalInt.of(Integer.parseInt(number.group(1)))
        : OptionalInt.empty();
  }
}
