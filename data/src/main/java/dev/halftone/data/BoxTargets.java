package dev.halftone.data;

import dev.halftone.data.image.ImageColumn;
import dev.halftone.data.image.Placement;
import dev.halftone.data.label.BoxFile;
import dev.halftone.data.label.BoxFile.RelativeBox;
import dev.halftone.data.label.FileIndex;
import dev.halftone.data.source.Column;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The boxes of a table, brought to where the photos lie in the model's input. */
record BoxTargets(Map<Integer, List<RelativeBox>> boxes, ImageColumn photos) {
  static BoxTargets read(Path table, FileIndex index, Column samples) {
    if (samples instanceof ImageColumn photos) {
      return new BoxTargets(BoxFile.read(table, index), photos);
    }
    throw new MalformedDataException(table, "has boxes of photos, but the samples are no photos");
  }

  /** Photos in the order in which the table first names them. */
  List<Integer> order() {
    return List.copyOf(boxes.keySet());
  }

  /** The targets of the photos in these rows; a photo that the table does not name has no boxes. */
  Targets.Boxes of(int[] rows) {
    List<List<Targets.Box>> all = new ArrayList<>();
    List<Targets.Area> areas = new ArrayList<>();
    for (int row : rows) {
      Placement place = photos.placement(row);
      List<RelativeBox> relative = boxes.getOrDefault(row, List.of());
      all.add(relative.stream().map(box -> placed(box, place)).toList());
      areas.add(area(place));
    }
    return new Targets.Boxes(all, areas);
  }

  private static Targets.Box placed(RelativeBox box, Placement place) {
    return new Targets.Box(
        box.category(),
        (float) (place.left() + (box.cx() - box.width() / 2) * place.photoWidth()),
        (float) (place.top() + (box.cy() - box.height() / 2) * place.photoHeight()),
        (float) (place.left() + (box.cx() + box.width() / 2) * place.photoWidth()),
        (float) (place.top() + (box.cy() + box.height() / 2) * place.photoHeight()));
  }

  private static Targets.Area area(Placement place) {
    return new Targets.Area(
        Math.max(0, place.left()),
        Math.max(0, place.top()),
        Math.min(place.width(), place.left() + place.photoWidth()),
        Math.min(place.height(), place.top() + place.photoHeight()));
  }
}
