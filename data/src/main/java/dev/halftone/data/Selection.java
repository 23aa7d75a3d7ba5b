package dev.halftone.data;

import dev.halftone.data.source.Groups;
import java.util.List;
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
}
