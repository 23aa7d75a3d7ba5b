package dev.halftone.cli;

import static dev.halftone.onnx.OnnxWriter.ExternalData.ALWAYS;
import static dev.halftone.onnx.OnnxWriter.ExternalData.WHEN_NEEDED;

import dev.halftone.llm.huggingface.ModelPlace;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.toolkit.DequantizedModel;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.SavedModel;
import dev.halftone.toolkit.StagedOutput;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns a quantized model back to float. */
@Command(
    name = "dequantize",
    header = "Turn a quantized model back to float.",
    description =
        "QDQ pairs, QLinear and integer operators and block-quantized weights become the float"
            + " operators and weights that they stand for, and a Relu or Clip that saturation stood"
            + " for is there again. What was lost to rounding stays lost. The result is loaded into"
            + " ONNX Runtime before it is kept. A folder, or a .safetensors file, of"
            + " compressed-tensors, GPTQ or AWQ weights becomes one with floats.",
    customSynopsis = "halftone dequantize MODEL -o OUT [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone dequantize model.int8.onnx -o model.float.onnx",
      "  halftone dequantize TinyLlama-1.1B-GPTQ/ -o TinyLlama-1.1B-f16/"
    })
final class DequantizeCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL",
      description =
          "The quantized ONNX model, a folder with config.json and safetensors files, or a"
              + " .safetensors file.")
  private Path model;

  @SuppressWarnings("NullAway.Init") // The parser insists on it.
  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description =
          "The file to write. For safetensors a folder, or one file if it ends in .safetensors.")
  private Path output;

  @Option(
      names = "--external-data",
      description = "Weights into a file of their own, OUT.data; without it, only beyond 2 GB.")
  private boolean externalData;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (ModelPlace.takes(model)) return new FolderDequantize(spec, common).run(model, output);
    Clock clock = Clock.start();
    Console console = common.console();
    console.checkWritable();
    try (StagedOutput staged = StagedOutput.beside(output)) {
      OpenModel source = Halftone.open(model);
      DequantizedModel plain = source.dequantize();
      SavedModel saved = plain.save(staged.file(), externalData ? ALWAYS : WHEN_NEEDED);
      saved.requireLoads();
      staged.commit();
      RunRecord.Builder builder =
          RunRecord.of("dequantize")
              .model(source.file())
              .output(saved.file().at(output))
              .metric("bytes.input", (double) source.file().bytes())
              .metric("bytes.output", (double) saved.file().bytes())
              .provenance(Provenance.here(common.seed(), common.threads(), null, null));
      if (!plain.left().isEmpty())
        builder.warning("left as they are, since they have no float form: " + kinds(plain.left()));
      clock.stop(builder);
      print(console, source, saved, builder.build());
    }
    return ExitCode.DONE;
  }

  private void print(Console console, OpenModel source, SavedModel saved, RunRecord record) {
    console.say("%s → %s".formatted(model, output));
    console.say(
        MetricText.line(
            "size",
            "%s → %s"
                .formatted(Text.bytes(source.file().bytes()), Text.bytes(saved.file().bytes()))));
    record.warnings().forEach(warning -> console.say("warning: " + warning));
    console.write(record);
  }

  /** {@code 2 × DequantizeLinear, 1 × QAttention}. */
  private static String kinds(QuantizedParts parts) {
    Map<String, Long> kinds =
        parts.parts().stream()
            .collect(
                Collectors.groupingBy(
                    QuantizedParts.Part::opType, TreeMap::new, Collectors.counting()));
    return kinds.entrySet().stream()
        .map(kind -> kind.getValue() + " × " + kind.getKey())
        .collect(Collectors.joining(", "));
  }
}
