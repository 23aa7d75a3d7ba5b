package dev.halftone.cli;

import dev.halftone.evaluate.Layer;
import dev.halftone.evaluate.Reason;
import dev.halftone.evaluate.Spread;
import dev.halftone.evaluate.Spread.Steps;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a layer does damage, and what there is to do about it. */
final class ReasonText {
  private ReasonText() {}

  /** The kinds alone, by comma; empty where there is no reason. */
  static String kinds(List<Reason> reasons) {
    return reasons.stream()
        .map(reason -> reason.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  static String of(Reason reason, Layer layer) {
    String number = Text.decimal(reason.observed());
    String exclude = "--exclude '%s' leaves it in float".formatted(layer.label());
    boolean weights = reason.part() == Reason.Part.WEIGHTS;
    return switch (reason.kind()) {
      case RANGE_OUTLIER ->
          weights
              ? "The largest weight is %s times the 99.9th percentile, so that the others share few levels: --granularity block:N, or codebooks, give them more."
                  .formatted(number)
              : "The largest value is %s times the 99.9th percentile, so that the others share few levels: --calibration percentile or mse cuts it off, --activations uint16 has levels for all; %s."
                  .formatted(number, exclude);
      case CHANNEL_IMBALANCE ->
          "The widest output channel has weights %s times those of the median channel, and all share one scale: --granularity channel gives each its own."
              .formatted(number);
      case SATURATION ->
          weights
              ? "%s %% of the weights lie beyond the levels that their channel has, and are clipped: the scale is too small; quantize anew with --calibration minmax."
                  .formatted(percent(reason))
              : "%s %% of the values lie beyond %s and are clipped: calibrate on more or other samples, or with --calibration minmax."
                  .formatted(percent(reason), ends(layer.activations()));
      case CANCELLATION ->
          "What it sums up has %s times the energy of the sum, so that its terms cancel and their errors do not: more bits for its inputs (--activations uint16), or %s."
              .formatted(number, exclude);
      case FEW_STEPS ->
          weights
              ? "The weights' root mean square is %s steps of the grid: --granularity channel or block:N, or more bits, give finer steps."
                  .formatted(number)
              : "The values' root mean square is %s steps of the grid, which spans %s: a range of its own, --calibration mse, or --activations uint16 give finer steps."
                  .formatted(number, ends(layer.activations()));
    };
  }

  private static String percent(Reason reason) {
    return Text.decimal(100 * reason.observed());
  }

  private static String ends(@Nullable Spread spread) {
    Steps steps = spread == null ? null : spread.steps();
    return steps == null
        ? "its range"
        : "%s to %s".formatted(Text.decimal(steps.low()), Text.decimal(steps.high()));
  }
}
