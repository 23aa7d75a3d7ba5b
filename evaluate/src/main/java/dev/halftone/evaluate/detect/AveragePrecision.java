package dev.halftone.evaluate.detect;

import dev.halftone.data.Targets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Mean average precision at IoU 0.5. Of each class, detections of all photos are taken best score
 * first (of equal scores the earlier one); each takes the label that it overlaps most among those
 * of its photo that are not taken yet, and is right if that overlap is at least 0.5. Average
 * precision is the area under the precision's envelope (the best precision at this recall or a
 * higher one) over the recall; the mean is over the classes that have a label.
 */
public final class AveragePrecision {
  private static final double OVERLAP = 0.5;

  private final Map<Integer, List<Candidate>> candidates = new TreeMap<>();
  private final Map<Integer, Map<Integer, List<Targets.Box>>> labels = new TreeMap<>();
  private int photos;

  private record Candidate(int photo, Detection box) {}

  /** Adds the next photo. */
  public void add(List<Detection> detections, List<Targets.Box> boxes) {
    int photo = photos++;
    for (Detection box : detections)
      candidates
          .computeIfAbsent(box.category(), c -> new ArrayList<>())
          .add(new Candidate(photo, box));
    for (Targets.Box box : boxes) {
      labels
          .computeIfAbsent(box.category(), c -> new HashMap<>())
          .computeIfAbsent(photo, p -> new ArrayList<>())
          .add(box);
    }
  }

  /** From 0 to 1; NaN when no photo has a label. */
  public double mean() {
    double sum = 0;
    for (int category : labels.keySet()) sum += of(category);
    return sum / labels.size();
  }

  private double of(int category) {
    Map<Integer, List<Targets.Box>> left = new HashMap<>();
    int total = 0;
    for (Map.Entry<Integer, List<Targets.Box>> photo :
        labels.getOrDefault(category, Map.of()).entrySet()) {
      left.put(photo.getKey(), new ArrayList<>(photo.getValue()));
      total += photo.getValue().size();
    }
    List<Candidate> ranked = new ArrayList<>(candidates.getOrDefault(category, List.of()));
    ranked.sort(
        Comparator.comparingDouble((Candidate candidate) -> candidate.box().score()).reversed());
    boolean[] right = new boolean[ranked.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] =
          takes(ranked.get(i).box(), left.getOrDefault(ranked.get(i).photo(), new ArrayList<>()));
    }
    return area(right, total);
  }

  /** Takes the label that the box overlaps most, if that is enough. */
  private static boolean takes(Detection box, List<Targets.Box> left) {
    int best = -1;
    double most = OVERLAP;
    for (int i = 0; i < left.size(); i++) {
      Targets.Box label = left.get(i);
      double overlap = box.overlap(label.left(), label.top(), label.right(), label.bottom());
      if (overlap > most || overlap == most && best < 0) {
        best = i;
        most = overlap;
      }
    }
    if (best >= 0) left.remove(best);
    return best >= 0;
  }

  /**
   * Area under the envelope: each right detection adds one step of recall at the best precision
   * from there on.
   */
  private static double area(boolean[] right, int total) {
    int found = 0;
    for (boolean one : right) if (one) found++;
    double sum = 0;
    double envelope = 0;
    for (int rank = right.length; rank > 0; rank--) {
      if (!right[rank - 1]) continue;
      envelope = Math.max(envelope, (double) found / rank);
      sum += envelope;
      found--;
    }
    return sum / total;
  }
}
