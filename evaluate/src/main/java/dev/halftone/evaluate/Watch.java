package dev.halftone.evaluate;

import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.evaluate.Evidence.Clipping;
import dev.halftone.evaluate.Spread.Steps;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Looks at one value of the reference and of the model, sample by sample. Thread-safe. */
final class Watch {
  private final Observer before = new Observer(Request.HISTOGRAM.plus(Request.MOMENTS));
  private final Observer after = new Observer(Request.HISTOGRAM);

  void observe(Tensor reference, Tensor found, Workspace workspace) {
    before.observe(reference, workspace);
    after.observe(found, workspace);
  }

  Evidence evidence(@Nullable Steps steps) {
    Statistics seen = before.statistics();
    double meanSquare = seen.moments().secondMoment();
    return new Evidence(
        Spread.of(seen, after.statistics(), steps),
        Evidence.peak(seen),
        steps == null ? Clipping.NONE : Clipping.of(seen.histogram(), steps, meanSquare),
        1,
        meanSquare,
        0,
        seen.values().finite());
  }
}
