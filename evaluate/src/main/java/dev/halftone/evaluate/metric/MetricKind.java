package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * A kind of metric: tells where it applies and makes the sums of one evaluation. Found by {@link
 * ServiceLoader}; must be stateless.
 */
public interface MetricKind {
  /**
   * The names under which it reports, without the endings for a side, a drop or an interval, in the
   * order in which they are best read, and what each means. One that goes from 0 to 1 says "0 to
   * 1".
   */
  Map<String, String> meanings();

  /**
   * A metric that has seen no sample yet; null where it does not apply: to another task, to other
   * labels, or without a reference.
   *
   * @param withReference whether answers hold the outputs of a reference too
   * @throws dev.halftone.graph.MalformedDataException if what the data asks for cannot be had
   */
  @Nullable Metric start(DataSet data, boolean withReference);
}
