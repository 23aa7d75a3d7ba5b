package dev.halftone.cli;

import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.Target;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the hardware profiles. */
@Command(
    name = "targets",
    header = "List the hardware profiles and the number formats that run fast there.",
    customSynopsis = "halftone targets [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone targets",
      "  halftone quantize model.onnx --data samples/ --target arm64 -o model.int8.onnx"
    })
final class TargetsCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    Console console = common.console();
    console.checkWritable();
    Target here = Target.named("auto");
    for (Target target : Target.all()) {
      console.say(
          "%-9s %s%s"
              .formatted(
                  target.name(),
                  target.summary(),
                  target.equals(here) ? " (auto: this machine)" : ""));
      console.say("%-9s %s".formatted("", formats(target)));
      console.say("%-9s %s".formatted("", target.reason()));
    }
    console.write(
        RunRecord.of("targets")
            .section("targets", Target.all().stream().map(target -> fields(target, here)).toList())
            .provenance(Provenance.here(common.seed(), common.threads(), null, null))
            .build());
    return ExitCode.DONE;
  }

  private static String formats(Target target) {
    return "activations %s%s, weights int8%s"
        .formatted(
            word(target),
            target.symmetricActivations() ? " symmetric" : "",
            target.reduceRange() ? " in a reduced range" : "");
  }

  private static Map<String, Object> fields(Target target, Target here) {
    return Map.of(
        "name", target.name(),
        "summary", target.summary(),
        "activations", word(target),
        "weights", "int8",
        "symmetric_activations", target.symmetricActivations(),
        "reduce_range", target.reduceRange(),
        "reason", target.reason(),
        "auto", target.equals(here));
  }

  private static String word(Target target) {
    return target.activations().name().toLowerCase(Locale.ROOT);
  }
}
