package dev.halftone.data;

import dev.halftone.data.Description.Feed;
import dev.halftone.data.Description.LabelSource;
import dev.halftone.data.file.DataFiles;
import dev.halftone.data.shape.Transform;
import dev.halftone.data.yaml.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what was asked for by flags into a description. */
final class Requests {
  static final String FOLDER_NAMES = "folders";

  private static final Pattern RANDOM = Pattern.compile("random(?::(.*))?");
  private static final String RANDOM_SAMPLES = "16";

  private Requests() {}

  static Description describe(DataRequest request) {
    String data = request.data();
    if (isDescription(Path.of(data))) {
      return DescriptionFile.read(Path.of(data), null, request);
    }
    int at = data.lastIndexOf('@');
    if (at > 0 && isDescription(Path.of(data.substring(0, at)))) {
      Path root = Path.of(data.substring(at + 1)).toAbsolutePath();
      return DescriptionFile.read(Path.of(data.substring(0, at)), root, request);
    }
    return plain(request);
  }

  private static boolean isDescription(Path path) {
    return DataFiles.hasExtension(path, "yaml", "yml");
  }

  private static Description plain(DataRequest request) {
    Map<String, String> options = new HashMap<>();
    if (request.preprocess() != null) options.put("preprocess", request.preprocess());
    // Relative to a file in the working directory, as paths of flags are.
    Section section = Section.of(Path.of("options"), options);
    Path path = Path.of(request.data());
    Listing listing = Listing.of(path);
    LabelSource labels = labels(request);
    if (labels == null && listing != null && listing.hasLabels()) {
      labels = new LabelSource.InFile(path, null);
    }
    return new Description(
        List.of(feed(listing == null ? request.data() : listing.folder().toString(), section)),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(),
        labels,
        null,
        listing == null ? null : path,
        rows(request, new RowSelection.All()),
        null,
        request.labelOffset());
  }

  private static Feed feed(String data, Section options) {
    Matcher random = RANDOM.matcher(data);
    boolean isRandom = random.matches() && !Path.of(data).toFile().exists();
    String count = isRandom ? Objects.requireNonNullElse(random.group(1), RANDOM_SAMPLES) : null;
    return new Feed(
        Description.ONLY_INPUT,
        isRandom ? "random" : null,
        Path.of(count == null ? data : count),
        options,
        Transform.NONE);
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
    if (request.rows() != null) rows.add(RowSelection.asked(request.rows()));
    return rows;
  }
}
