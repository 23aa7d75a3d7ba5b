package dev.halftone.cli;

import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.runtime.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress drawn as one bar at a time, which goes when the work is through. */
final class Bars implements AutoCloseable {
  private static final long MEGABYTE = 1_000_000;

  private final boolean drawn;
  private String current = "";
  private @Nullable ProgressBar bar;

  private Bars(boolean drawn) {
    this.drawn = drawn;
  }

  static Bars on(boolean drawn) {
    return new Bars(drawn);
  }

  Progress progress() {
    return drawn ? this::step : Progress.NONE;
  }

  private synchronized void step(String what, long done, long total) {
    if (bar == null || !current.equals(what)) {
      close();
      current = what;
      bar =
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .clearDisplayOnFinish()
              .build();
    }
    bar.maxHint(total);
    // Steps are reported by several threads and may come late.
    if (done > bar.getCurrent()) bar.stepTo(done);
    if (done >= total) close();
  }

  /** A bar of so many bytes, told how many more are through. */
  WriteProgress bytes(String what, long total) {
    if (!drawn) return WriteProgress.NONE;
    ProgressBar bytes =
        new ProgressBarBuilder()
            .setTaskName(what)
            .setInitialMax(total)
            .setUnit(" MB", MEGABYTE)
            .showSpeed()
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.err))
            .clearDisplayOnFinish()
            .build();
    bar = bytes;
    return bytes::stepBy;
  }

  @Override
  public synchronized void close() {
    if (bar != null) bar.close();
    bar = null;
  }
}
