package dev.halftone.quantize.forms;

import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers.Reader;
import java.util.List;

/**
 * What becomes of one constant.
 *
 * @param readers all its readers, of which those in a weight's role read codes now, or what codes are decoded to
 */
public record WeightDecision(Constant constant, List<Reader> readers, WeightForm form) {
  public WeightDecision {
    readers = List.copyOf(readers);
  }
}
