package dev.halftone.toolkit;

import dev.halftone.graph.Model;
import java.nio.file.Path;

/** Files beside a model that hold its weights. */
final class ExternalWeights {
  private ExternalWeights() {}

  static long bytes(Path path, Model model) {
    return StagedOutput.weightsBeside(path);
  }
}
