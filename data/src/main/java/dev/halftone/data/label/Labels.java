package dev.halftone.data.label;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Classes as a label file has them.
 *
 * @param classes in the order of the file
 * @param samples the sample that each belongs to, when the file names them; null when they are in
 *     the order of the samples
 */
public record Labels(List<Integer> classes, @Nullable List<Integer> samples) {
  public Labels {
    classes = List.copyOf(classes);
    if (samples != null) samples = List.copyOf(samples);
  }
}
