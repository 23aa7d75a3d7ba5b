package dev.halftone.cli;

import dev.halftone.toolkit.Cpu;
import dev.halftone.toolkit.Machine;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what this machine runs fast. */
@Command(
    name = "doctor",
    header = "Show what this machine is and runs fast, and whether ONNX Runtime works on it.",
    customSynopsis = "halftone doctor [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  halftone doctor"})
final class DoctorCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    Console console = common.console();
    console.checkWritable();
    Machine machine = Machine.examine();
    Cpu cpu = machine.cpu();
    console.say(MetricText.line("java", "%s on %s".formatted(machine.jdk(), machine.os())));
    console.say(
        MetricText.line("processor", "%s %s".formatted(cpu.architecture(), cpu.model()).strip()));
    console.say(
        MetricText.line(
            "",
            "%s, %s".formatted(Text.count(machine.processors(), "processor"), extensions(cpu))));
    console.say(MetricText.line("heap", "up to " + Text.bytes(machine.heapBytes())));
    console.say(MetricText.line("runtime", machine.onnxRuntime()));
    console.say(MetricText.line("kernels", machine.kernels()));
    console.say(
        MetricText.line(
            "target", "%s: %s".formatted(machine.target().name(), machine.target().reason())));
    console.write(
        RunRecord.of("doctor")
            .section("machine", fields(machine))
            .provenance(Provenance.here(common.seed(), common.threads(), null, null))
            .build());
    return ExitCode.DONE;
  }

  private static String extensions(Cpu cpu) {
    return cpu.features().isEmpty()
        ? "extensions are not known here"
        : String.join(" ", cpu.notableFeatures());
  }

  private static Map<String, Object> fields(Machine machine) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("jdk", machine.jdk());
    fields.put("os", machine.os());
    fields.put("arch", machine.cpu().architecture());
    fields.put("cpu", machine.cpu().model());
    fields.put("features", machine.cpu().notableFeatures().stream().toList());
    fields.put("processors", machine.processors());
    fields.put("heap_bytes", machine.heapBytes());
    fields.put("onnxruntime", machine.onnxRuntime());
    fields.put("kernels", machine.kernels());
    fields.put("target", machine.target().name());
    return fields;
  }
}
