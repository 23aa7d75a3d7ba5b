package dev.halftone.cli;

import dev.halftone.toolkit.Halftone;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is run without a command: says what there is. */
@Command(
    name = "halftone",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = HalftoneCommand.Version.class,
    header = "Makes trained neural networks small and fast, and proves that they still work.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone inspect model.onnx",
      "  halftone quantize model.onnx --data samples/ -o model.int8.onnx",
      "  halftone evaluate model.int8.onnx --reference model.onnx --data test/ --labels labels.csv",
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage or path, 3 malformed or unsupported model,"
          + " data or recipe,",
      "4 quality gate missed, 130 cancelled."
    })
final class HalftoneCommand implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
          InspectCommand.class,
          QuantizeCommand.class,
          PruneCommand.class,
          EvaluateCommand.class,
          CompareCommand.class,
          DiffCommand.class,
          SweepCommand.class,
          TrainCommand.class,
          DequantizeCommand.class,
          ReportCommand.class,
          RecipesCommand.class,
          TargetsCommand.class,
          DoctorCommand.class);

  @Spec private CommandSpec spec;

  /**
   * All commands, or, since reading the options of them all takes longer than most do, only the one
   * that {@code arguments} begin with.
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine line = new CommandLine(new HalftoneCommand());
    List<Class<?>> meant =
        COMMANDS.stream()
            .filter(command -> arguments.length > 0 && name(command).equals(arguments[0]))
            .toList();
    for (Class<?> command : meant.isEmpty() ? COMMANDS : meant)
      line.addSubcommand(name(command), command);
    return line;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Reads the version only when it is asked for. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"halftone " + Halftone.version()};
    }
  }
}
