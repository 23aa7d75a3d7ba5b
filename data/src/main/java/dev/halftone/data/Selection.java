package dev.halftone.data;

import dev.halftone.data.source.Groups;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The samples taken.
 *
 * @param rows row of the columns that each sample is
 * @param units place of each sample's unit among the units chosen
 */
record Selection(int[] rows, int[] units) {
  /**
   * @param chosen units in the order wanted
   * @param order the sample or clip that each unit is; null when they are the same
   * @param clips the samples of each clip, when units are clips
   */
  static Selection of(int[] chosen, @Nullable List<Integer> order, @Nullable Groups clips) {
    IntStream.Builder rows = IntStream.builder();
    IntStream.Builder units = IntStream.builder();
    for (int place = 0; place < chosen.length; place++) {
      int item = order == null ? chosen[place] : order.get(chosen[place]);
      int first = clips == null ? item : clips.first(item);
      int end = clips == null ? item + 1 : clips.first(item + 1);
      for (int row = first; row < end; row++) {
        rows.add(row);
        units.add(place);
      }
    }
    return new Selection(rows.build().toArray(), units.build().toArray());
  }

  /**
   * The samples at which a sequence starts: the first, the first of a clip, one whose row before
   * was not taken, and those that the description names. Empty when the model has no state.
   */
  Set<Integer> starts(Description description, @Nullable Groups clips) {
    if (description.state().isEmpty()) return Set.of();
    Set<Integer> starts = new HashSet<>();
    for (int i = 0; i < rows.length; i++) {
      boolean gap = i == 0 || rows[i] != rows[i - 1] + 1;
      boolean clip = clips != null && clips.first(clips.of(rows[i])) == rows[i];
      if (gap || clip || description.starts().contains(rows[i])) starts.add(i);
    }
    return starts;
  }
}
