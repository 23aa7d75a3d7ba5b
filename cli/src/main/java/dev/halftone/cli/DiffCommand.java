package dev.halftone.cli;

import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.PlanDifference;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What was done differently to two models. */
@Command(
    name = "diff",
    header = "Show as text what was quantized differently in two models, for code review.",
    description =
        "Reads both files and runs neither: the recipe that each carries, and node by node the"
            + " types, scales and zero points of what it reads and gives. Values of weights are not"
            + " compared.",
    customSynopsis = "halftone diff BEFORE AFTER [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  halftone diff released.int8.onnx model.int8.onnx"})
final class DiffCommand implements Callable<Integer> {
  @Parameters(paramLabel = "BEFORE", description = "The ONNX model that was.")
  private Path before;

  @Parameters(paramLabel = "AFTER", description = "The ONNX model that is to take its place.")
  private Path after;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    Clock clock = Clock.start();
    Console console = common.console();
    console.checkWritable();
    OpenModel old = Halftone.open(before);
    OpenModel now = Halftone.open(after);
    PlanDifference difference = PlanDifference.of(old.model(), now.model());
    RunRecord.Builder record =
        RunRecord.of("diff")
            .model(now.file())
            .reference(old.file())
            .section(
                "difference",
                Map.of(
                    "lines", difference.lines(),
                    "same", difference.same(),
                    "different", difference.different()))
            .provenance(Provenance.here(common.seed(), common.threads(), null, null));
    clock.stop(record);
    console.say("--- " + before);
    console.say("+++ " + after);
    console.sayAll(difference.lines());
    console.say(
        "%s of %s differ"
            .formatted(
                Text.number(difference.different()),
                Text.count((long) difference.same() + difference.different(), "block")));
    console.write(record.build());
    return ExitCode.DONE;
  }
}
