package dev.halftone.data;

import java.util.List;

/** What is known to be true of the samples, one entry for each. */
public sealed interface Targets {
  int size();

  /** The right class of each sample. */
  record Classes(List<Integer> classes) implements Targets {
    public Classes {
      classes = List.copyOf(classes);
    }

    @Override
    public int size() {
      return classes.size();
    }
  }

  /**
   * Normal (0) or anomalous (1), by group of samples: the windows of one clip form one group and
   * are scored together.
   *
   * @param group index into {@code anomalous} of each sample
   */
  record Anomalies(List<Integer> group, List<Boolean> anomalous) implements Targets {
    public Anomalies {
      group = List.copyOf(group);
      anomalous = List.copyOf(anomalous);
    }

    @Override
    public int size() {
      return group.size();
    }
  }

  /**
   * The boxes of each photo.
   *
   * @param photos where each photo lies in the model's input image, which may be larger; empty when
   *     not known
   */
  record Boxes(List<List<Box>> boxes, List<Area> photos) implements Targets {
    public Boxes {
      boxes = boxes.stream().map(List::copyOf).toList();
      photos = List.copyOf(photos);
    }

    public Boxes(List<List<Box>> boxes) {
      this(boxes, List.of());
    }

    @Override
    public int size() {
      return boxes.size();
    }
  }

  /** One labelled box, in pixels of the model's input image: left, top, right, bottom. */
  record Box(int category, float left, float top, float right, float bottom) {}

  /** A part of the model's input image, in pixels. */
  record Area(float left, float top, float right, float bottom) {}
}
