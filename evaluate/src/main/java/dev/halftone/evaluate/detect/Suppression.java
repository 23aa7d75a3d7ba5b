package dev.halftone.evaluate.detect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Greedy non-maximum suppression of the boxes of one class: of the best-scored candidates, each is
 * kept unless it overlaps a better one that was kept.
 *
 * @param best candidates looked at
 * @param overlap IoU over which the worse box goes
 */
record Suppression(int best, double overlap) {
  /** Kept boxes, best first; of equal scores the earlier one counts as better. */
  List<Detection> keep(List<Detection> candidates) {
    List<Detection> sorted = new ArrayList<>(candidates);
    sorted.sort(Comparator.comparingDouble(Detection::score).reversed());
    List<Detection> kept = new ArrayList<>();
    for (Detection box : sorted.subList(0, Math.min(best, sorted.size()))) {
      if (kept.stream().noneMatch(better -> overlaps(better, box))) kept.add(box);
    }
    return kept;
  }

  private boolean overlaps(Detection better, Detection box) {
    return better.overlap(box.left(), box.top(), box.right(), box.bottom()) > overlap;
  }
}
