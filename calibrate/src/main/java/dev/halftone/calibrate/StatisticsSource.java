package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.runtime.Progress;
import java.util.Map;

/** Where statistics of a model's values come from. */
public interface StatisticsSource {
  /** A run over the samples, see {@link Calibrator#calibrate}. */
  StatisticsSource RUN =
      (model, requests, data, threads, progress) ->
          Calibrator.calibrate(model, requests, data, threads, progress).statistics();

  /**
   * Statistics by name.
   *
   * @param requests what has to be known, by name of a graph input or of a node's output
   * @param threads samples run at the same time; shows in no bit of the result
   */
  Map<String, Statistics> statistics(
      Model model, Map<String, Request> requests, DataSet data, int threads, Progress progress);
}
