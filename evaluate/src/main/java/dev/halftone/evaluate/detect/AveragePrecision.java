package dev.halftone.evaluate.detect;

import dev.halftone.data.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

  private final Map<Integer, Category> categories = new TreeMap<>();
  private int photos;

  /** A detection, and whether it took a label: photos do not matter to each other in that. */
  private record Candidate(int photo, float score, boolean right) {}

  /** Adds the next photo. */
  public void add(List<Detection> detections, List<Targets.Box> boxes) {
    int photo = photos++;
    Map<Integer, List<Targets.Box>> left = new TreeMap<>();
    for (Targets.Box box : boxes) {
      left.computeIfAbsent(box.category(), c -> new ArrayList<>()).add(box);
      category(box.category()).labels.add(photo);
    }
    List<Detection> ranked = new ArrayList<>(detections);
    ranked.sort(Comparator.comparingDouble(Detection::score).reversed());
    for (Detection box : ranked) {
      boolean right = takes(box, left.getOrDefault(box.category(), new ArrayList<>()));
      category(box.category()).add(new Candidate(photo, box.score(), right));
    }
  }

  private Category category(int number) {
    return categories.computeIfAbsent(number, c -> new Category());
  }

  /** How many photos were added. */
  public int photos() {
    return photos;
  }

  /** From 0 to 1; NaN when no photo has a label. */
  public double mean() {
    int[] once = new int[photos];
    Arrays.fill(once, 1);
    return mean(once);
  }

  /**
   * What {@link #mean()} would be with copies of photos in place of them, each beside its original;
   * NaN when no photo that is left has a label.
   *
   * @param copies of each photo, 0 to leave it out
   * @throws IllegalArgumentException if there is not one number for each photo
   */
  public double mean(int[] copies) {
    if (copies.length != photos)
      throw new IllegalArgumentException(
          "copies of %d photos, there are %d".formatted(copies.length, photos));
    double sum = 0;
    int labelled = 0;
    for (Category category : categories.values()) {
      long total = category.total(copies);
      if (total == 0) continue;
      sum += category.area(copies) / total;
      labelled++;
    }
    return sum / labelled;
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

  /** What was found and what there is of one class. */
  private static final class Category {
    private final List<Candidate> candidates = new ArrayList<>();

    /** The photo of each label. */
    private final List<Integer> labels = new ArrayList<>();

    private boolean sorted = true;

    void add(Candidate candidate) {
      candidates.add(candidate);
      sorted = false;
    }

    long total(int[] copies) {
      long total = 0;
      for (int photo : labels) total += copies[photo];
      return total;
    }

    /**
     * Area under the envelope: each right detection adds one step of recall at the best precision
     * from there on. Of the copies of a right one, the last has the best precision.
     */
    double area(int[] copies) {
      sort();
      long rank = 0;
      long found = 0;
      for (Candidate candidate : candidates) {
        rank += copies[candidate.photo];
        if (candidate.right) found += copies[candidate.photo];
      }
      double sum = 0;
      double envelope = 0;
      for (int i = candidates.size() - 1; found > 0; i--) {
        Candidate candidate = candidates.get(i);
        int times = copies[candidate.photo];
        if (candidate.right && times > 0) {
          envelope = Math.max(envelope, (double) found / rank);
          sum += times * envelope;
          found -= times;
        }
        rank -= times;
      }
      return sum;
    }

    private void sort() {
      if (!sorted) candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
      sorted = true;
    }
  }
}
