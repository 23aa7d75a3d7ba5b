package dev.halftone.toolkit.cache;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.runtime.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Statistics kept in a file, so that a second quantization of the same model on the same samples
 * does not run it again. What the file lacks is calibrated and added; a file about another model,
 * other samples or of another version of Halftone is replaced. For one use by one thread.
 */
public final class CalibrationCache implements StatisticsSource {
  private final Path path;
  private final String version;
  private final String modelHash;
  private String outcome = "";

  /**
   * A cache that was not looked into yet.
   *
   * @param version of the program: another one may fold the model differently
   * @param modelHash tells the model as it was before folding from every other
   */
  public CalibrationCache(Path path, String version, String modelHash) {
    this.path = path;
    this.version = version;
    this.modelHash = modelHash;
  }

  /**
   * Reads what the file has, or runs the model and writes it; whole or not at all.
   *
   * @throws dev.halftone.graph.MalformedDataException if the file exists and is no sound file of
   *     statistics
   * @throws java.io.UncheckedIOException if it can be neither read nor written
   */
  @Override
  public Map<String, Statistics> statistics(
      Model model, Map<String, Request> requests, DataSet data, int threads, Progress progress) {
    StatisticsFile.Key key = new StatisticsFile.Key(version, modelHash, SamplesHash.of(data));
    StatisticsFile known = Files.exists(path) ? StatisticsFile.read(path) : null;
    boolean sameRun = known != null && known.key().equals(key);
    Map<String, Statistics> kept = new TreeMap<>();
    if (known != null && sameRun) kept.putAll(known.statistics());
    Map<String, Request> missing = missing(requests, kept);
    outcome = outcome(known, key, missing.size());
    if (!missing.isEmpty()) {
      kept.putAll(StatisticsSource.RUN.statistics(model, missing, data, threads, progress));
      new StatisticsFile(key, kept).write(path);
    }
    Map<String, Statistics> wanted = new LinkedHashMap<>(kept);
    wanted.keySet().retainAll(requests.keySet());
    return wanted;
  }

  /** What the known statistics do not answer, with what they do know of the same values. */
  private static Map<String, Request> missing(
      Map<String, Request> requests, Map<String, Statistics> known) {
    Map<String, Request> missing = new LinkedHashMap<>();
    requests.forEach(
        (name, wanted) -> {
          Statistics statistics = known.get(name);
          if (statistics == null) missing.put(name, wanted);
          else if (!statistics.request().covers(wanted))
            missing.put(name, statistics.request().plus(wanted));
        });
    return missing;
  }

  private String outcome(@Nullable StatisticsFile known, StatisticsFile.Key key, int missing) {
    if (known == null) return "statistics written to " + path;
    if (!known.key().equals(key))
      return "%s holds statistics of %s; calibrated anew and replaced it"
          .formatted(path, known.key().differenceTo(key));
    return missing == 0
        ? "statistics read from %s, calibration skipped".formatted(path)
        : "%s lacked %d of the statistics; calibrated them and added them".formatted(path, missing);
  }

  /** What became of the file, in a line; empty before the statistics were asked for. */
  public String outcome() {
    return outcome;
  }
}
