package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.llm.stream.RowEncoder.Error;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What is known of each tensor so far. Errors are added up in the order of the units, whoever was
 * first to finish. Thread-safe.
 */
final class Tally {
  private final Units units;
  private final List<TensorJob> jobs;
  private final List<Error[]> errors = new ArrayList<>();
  private final long[] nanos;

  Tally(Units units, List<TensorJob> jobs) {
    this.units = units;
    this.jobs = jobs;
    this.nanos = new long[jobs.size()];
    for (int i = 0; i < jobs.size(); i++) errors.add(new Error[units.of(i)]);
  }

  synchronized void add(Unit unit, Finished finished) {
    int tensor = units.tensor(unit.index());
    errors.get(tensor)[units.place(unit)] = finished.error();
    nanos[tensor] += finished.nanos();
  }

  synchronized List<TensorResult> results() {
    List<TensorResult> results = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      TensorJob job = jobs.get(i);
      results.add(
          new TensorResult(job.source().info(), job.info(), sqnrDb(i, job), nanos[i] / 1e9));
    }
    return results;
  }

  private OptionalDouble sqnrDb(int tensor, TensorJob job) {
    if (job.isCopy() || !(job.target() instanceof Blocks)) return OptionalDouble.empty();
    double signal = 0;
    double noise = 0;
    for (Error error : errors.get(tensor)) {
      signal += error.signal();
      noise += error.noise();
    }
    if (noise == 0) return OptionalDouble.of(Double.POSITIVE_INFINITY);
    return OptionalDouble.of(10 * Math.log10(signal / noise));
  }
}
