package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Comparison;
import dev.halftone.evaluate.Layer;
import dev.halftone.evaluate.metric.ErrorSum;
import dev.halftone.graph.ValueInfo;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where two models part. */
@Command(
    name = "compare",
    header = "Show layer by layer how far a model is from its original: which node is to blame.",
    description =
        "Runs both models as they are written on every sample and compares their values, integers"
            + " in their float form. Noise is the error's share of the signal's energy. A layer's"
            + " own noise is what it makes when it is given what the original's layer is given; the"
            + " rest of its error is inherited from layers before it. --min-sqnr is"
            + " about the worst output of the network.",
    customSynopsis = "halftone compare REFERENCE MODEL --data PATH [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  halftone compare model.onnx model.int8.onnx --data samples/ --rows 0:20"})
final class CompareCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REFERENCE", description = "The ONNX model that is right.")
  private Path reference;

  @Parameters(
      paramLabel = "MODEL",
      description = "The ONNX model that was made from it, or any with the same inputs.")
  private Path model;

  @Option(
      names = "--worst",
      paramLabel = "N",
      description =
          "Print the N layers that make most noise themselves; default: 20. The JSON has all.")
  private int worst = 20;

  @Mixin private DataOptions data;
  @Mixin private SqnrGateOptions gate;
  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Clock clock = Clock.start();
    Console console = common.console(page.file());
    if (data.data == null)
      throw new ParameterException(
          spec.commandLine(), "--data is missing: what shall the models be run on?");
    if (worst < 1)
      throw new ParameterException(
          spec.commandLine(), "--worst %d: at least 1 is needed".formatted(worst));
    List<Gate> gates = gate.gates();
    gate.checkJunit(gates);
    console.checkWritable();
    try (Bars bars = console.bars()) {
      OpenModel right = Halftone.open(reference);
      OpenModel made = Halftone.open(model);
      DataSet samples = data.open(right, data.data, data.labels, data.rows, common.seed());
      Comparison comparison =
          Comparison.compare(
              reference,
              right.folded(),
              model,
              samples,
              samples.size(),
              common.threads(),
              bars.progress());
      bars.close();
      RunRecord.Builder record =
          RunRecord.of("compare")
              .model(made.file())
              .reference(right.file())
              .provenance(Provenance.here(common.seed(), common.threads(), null, samples));
      LayerFields.add(comparison, "layers", record);
      List<String> warnings = new ArrayList<>(samples.warnings());
      warnings.addAll(comparison.warnings());
      warnings.addAll(leftOut(comparison.layers()));
      warnings.forEach(record::warning);
      Map<String, Double> metrics = outputSqnr(right, comparison.layers());
      Judgement judgement = Judgement.of(model, gates, metrics);
      judgement.addTo(record.metrics(metrics));
      clock.stop(record);
      print(console, comparison);
      warnings.forEach(warning -> console.say("warning: " + warning));
      RunRecord built = record.build();
      console.write(built);
      judgement.tell(console, metrics);
      gate.write("compare", judgement, built);
      return judgement.exitCode();
    }
  }

  /** {@code sqnr_db}: the least of the network's outputs; nothing where none was compared. */
  private static Map<String, Double> outputSqnr(OpenModel right, List<Layer> layers) {
    Set<String> outputs =
        right.model().graph().outputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
    OptionalDouble least =
        layers.stream()
            .filter(layer -> outputs.contains(layer.value()))
            .mapToDouble(Layer::sqnrDb)
            .min();
    return least.isPresent() ? Map.of("sqnr_db", least.getAsDouble()) : Map.of();
  }

  private static List<String> leftOut(List<Layer> layers) {
    List<Layer> spoilt = layers.stream().filter(layer -> layer.notFinite() > 0).toList();
    if (spoilt.isEmpty()) return List.of();
    Layer first = spoilt.getFirst();
    return List.of(
        "%s of the network %s infinite or not a number in one of the models, and not compared where"
                .formatted(Text.count(spoilt.size(), "value"), spoilt.size() == 1 ? "is" : "are")
            + " that is so; the first is "
            + first.value());
  }

  private void print(Console console, Comparison comparison) {
    console.say(
        "%s beside %s, %s, %s"
            .formatted(
                model,
                reference,
                Text.count(comparison.samples(), "sample"),
                Text.count(comparison.layers().size(), "value")));
    console.say(CulpritText.line(comparison));
    console.say("  own noise  inherited  SQNR dB  layer");
    for (Layer layer : comparison.worst(worst)) {
      console.say(
          "  %9s  %9s  %7s  %s"
              .formatted(
                  CulpritText.share(layer.ownNoise()),
                  CulpritText.share(layer.inheritedNoise()),
                  decibels(layer.sqnrDb()),
                  CulpritText.named(layer) + why(layer)));
    }
  }

  private static String why(Layer layer) {
    String kinds = ReasonText.kinds(layer.reasons());
    return kinds.isEmpty() ? "" : ": " + kinds;
  }

  private static String decibels(double sqnr) {
    return sqnr >= ErrorSum.MOST_DB ? "exact" : Text.decimal(sqnr);
  }
}
