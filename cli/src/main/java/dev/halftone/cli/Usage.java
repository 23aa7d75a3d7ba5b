package dev.halftone.cli;

import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Options that do not go together are the user's mistake, not the program's. */
final class Usage {
  private Usage() {}

  /**
   * Sees to it that no option is given that means nothing for the kind of model.
   *
   * @param fits whether an option of that name means something
   * @param kind of the model, for the message
   * @throws ParameterException if one is: names it
   */
  static void refuseOptions(CommandSpec spec, Predicate<String> fits, String kind) {
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions())
      if (!fits.test(option.longestName()))
        throw new ParameterException(
            spec.commandLine(), "%s has no meaning for %s".formatted(option.longestName(), kind));
  }

  /** The value, with an IllegalArgumentException on the way turned into a usage error. */
  static <T> T checked(CommandSpec spec, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
