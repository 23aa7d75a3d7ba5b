package dev.halftone.data;

import dev.halftone.data.Description.Feed;
import dev.halftone.data.Description.LabelSource;
import dev.halftone.data.shape.Transform;
import dev.halftone.data.yaml.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what was asked for by flags into a description. */
final class Requests {
  private static final String FOLDER_NAMES = "folders";

  private Requests() {}

  static Description describe(DataRequest request) {
    return plain(request);
  }

  private static Description plain(DataRequest request) {
    Map<String, String> options = new HashMap<>();
    if (request.preprocess() != null) options.put("preprocess", request.preprocess());
    // Relative to a file in the working directory, as paths of flags are.
    Section section = Section.of(Path.of("options").toAbsolutePath(), options);
    Feed feed =
        new Feed(Description.ONLY_INPUT, null, Path.of(request.data()), section, Transform.NONE);
    return new Description(
        List.of(feed),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(),
        labels(request),
        null,
        null,
        rows(request, new RowSelection.All()),
        null,
        request.labelOffset());
  }

  static @Nullable LabelSource labels(DataRequest request) {
    String labels = request.labels();
    if (labels == null) return null;
    boolean names = labels.equals(FOLDER_NAMES) && !Path.of(labels).toFile().exists();
    return names ? new LabelSource.FolderNames() : new LabelSource.InFile(Path.of(labels), null);
  }

  /** The description's rows, and of these the ones that the request asks for. */
  static List<RowSelection> rows(DataRequest request, RowSelection described) {
    List<RowSelection> rows = new ArrayList<>(List.of(described));
    if (request.rows() != null) rows.add(RowSelection.parse(request.rows()));
    return rows;
  }
}
