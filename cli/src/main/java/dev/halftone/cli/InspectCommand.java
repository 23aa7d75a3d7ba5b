package dev.halftone.cli;

import dev.halftone.toolkit.CheckpointInspection;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.Inspection;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says what is in a model. */
@Command(
    name = "inspect",
    header = "Show what is in a model, what can be quantized, and why the rest cannot.",
    customSynopsis = "halftone inspect MODEL [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone inspect model.onnx",
      "  halftone inspect model-q4_k_m.gguf",
      "  halftone inspect model.onnx --json -"
    })
final class InspectCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL",
      description =
          "The ONNX model; or a checkpoint: a .gguf or .safetensors file, or a folder with"
              + " safetensors files.")
  private Path model;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    Clock clock = Clock.start();
    Console console = common.console();
    console.checkWritable();
    if (CheckpointInspection.takes(model)) return checkpoint(clock, console);
    OpenModel opened = Halftone.open(model);
    Inspection inspection = opened.inspect();
    RunRecord.Builder record =
        RunRecord.of("inspect")
            .model(opened.file())
            .section("inspection", fields(inspection))
            .provenance(Provenance.here(common.seed(), common.threads(), null, null));
    clock.stop(record);
    console.sayAll(lines(opened, inspection));
    console.write(record.build());
    return ExitCode.DONE;
  }

  private int checkpoint(Clock clock, Console console) {
    CheckpointText text = new CheckpointText(CheckpointInspection.of(model));
    RunRecord.Builder record =
        RunRecord.of("inspect")
            .section("checkpoint", text.fields())
            .provenance(Provenance.here(common.seed(), common.threads(), null, null));
    if (console.wantsRecord()) record.model(ModelFile.ofParts(text.found().paths()));
    clock.stop(record);
    console.sayAll(text.lines());
    console.write(record.build());
    return ExitCode.DONE;
  }

  private static List<String> lines(OpenModel opened, Inspection found) {
    List<String> lines = new ArrayList<>();
    String opsets =
        found.opsets().entrySet().stream()
            .map(set -> (set.getKey().isEmpty() ? "" : set.getKey() + " ") + set.getValue())
            .collect(Collectors.joining(", "));
    lines.add(
        "%s: %s, IR %d, opset %s"
            .formatted(
                opened.file().path(),
                Text.bytes(opened.file().bytes()),
                found.irVersion(),
                opsets));
    found.inputs().forEach(input -> lines.add(MetricText.line("input", input.toString())));
    found.outputs().forEach(output -> lines.add(MetricText.line("output", output.toString())));
    lines.add(
        MetricText.line(
            "constants",
            "%s parameters, %s"
                .formatted(Text.number(found.parameters()), Text.bytes(found.constantBytes()))));
    lines.add(MetricText.line("operators", Text.count(found.nodes(), "node")));
    for (Inspection.Operator operator : found.operators()) {
      lines.add(
          "  %10d %-24s %s"
              .formatted(
                  operator.count(),
                  operator.name(),
                  operator.bytes() == 0 ? "" : Text.bytes(operator.bytes()))
              .stripTrailing());
    }
    if (found.alreadyQuantized()) lines.add("The model is quantized already, in whole or in part.");
    fates(found, true, "after folding, static quantization can take", lines);
    fates(found, false, "after folding, static quantization leaves", lines);
    return lines;
  }

  private static void fates(
      Inspection found, boolean quantizable, String heading, List<String> lines) {
    List<Inspection.Fate> fates =
        found.quantizable().stream().filter(fate -> fate.quantizable() == quantizable).toList();
    if (fates.isEmpty()) return;
    lines.add("  " + heading);
    for (Inspection.Fate fate : fates) {
      String reason = fate.reason().isEmpty() ? "" : ": " + fate.reason();
      lines.add("  %10d %s%s".formatted(fate.count(), fate.operator(), reason));
    }
  }

  private static Map<String, Object> fields(Inspection found) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("ir_version", found.irVersion());
    fields.put("opsets", found.opsets());
    fields.put("nodes", found.nodes());
    fields.put("parameters", found.parameters());
    fields.put("constant_bytes", found.constantBytes());
    fields.put("already_quantized", found.alreadyQuantized());
    fields.put("inputs", found.inputs().stream().map(Object::toString).toList());
    fields.put("outputs", found.outputs().stream().map(Object::toString).toList());
    fields.put("operators", found.operators().stream().map(InspectCommand::fields).toList());
    fields.put("quantizable", found.quantizable().stream().map(InspectCommand::fields).toList());
    return fields;
  }

  private static Map<String, Object> fields(Inspection.Operator operator) {
    return Map.of("type", operator.name(), "count", operator.count(), "bytes", operator.bytes());
  }

  private static Map<String, Object> fields(Inspection.Fate fate) {
    Map<String, Object> fields =
        new TreeMap<>(
            Map.of(
                "type", fate.operator(), "count", fate.count(), "quantizable", fate.quantizable()));
    if (!fate.quantizable()) fields.put("reason", fate.reason());
    return fields;
  }
}
