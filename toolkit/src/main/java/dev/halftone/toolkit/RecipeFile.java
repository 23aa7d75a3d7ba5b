package dev.halftone.toolkit;

import dev.halftone.data.yaml.Section;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.scheme.ScaleStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A recipe as a YAML file: the keys are the names of the command line's options. */
final class RecipeFile {
  private final Section section;
  private RecipeRequest request;

  private RecipeFile(Section section) {
    this.section = section;
    this.request = RecipeRequest.automatic();
  }

  /** Reads a file; every error names file and line, what was found and what is allowed. */
  static RecipeRequest read(Path file) {
    return new RecipeFile(Section.read(file)).request();
  }

  private RecipeRequest request() {
    word("extends", RecipeRequest::named, (unused, named) -> named);
    word("mode", RecipeWords::mode, RecipeRequest::mode);
    if (section.has("format"))
      request =
          request.operatorForm(
              section.choice("format", List.of("qdq", "qoperator")).equals("qoperator"));
    word("weights", RecipeWords::weights, RecipeRequest::weights);
    word("activations", RecipeWords::activations, RecipeRequest::activations);
    word("granularity", RecipeWords::granularity, RecipeRequest::granularity);
    word("calibration", RecipeWords::calibration, RecipeRequest::calibration);
    word("search", RecipeWords::search, RecipeRequest::search);
    word("scales", ScaleStorage::parse, RecipeRequest::scales);
    word("target", RecipeFile::target, RecipeRequest::target);
    flag("symmetric", RecipeRequest::symmetric);
    flag("symmetric-weights", RecipeRequest::symmetricWeights);
    flag("symmetric-activations", RecipeRequest::symmetricActivations);
    flag("reduce-range", RecipeRequest::reduceRange);
    flag("restricted-range", RecipeRequest::restrictedRange);
    word("processor", Processor::named, RecipeRequest::processor);
    flag("matmul-nbits", RecipeRequest::matMulNBits);
    flag("keep-io", RecipeRequest::keepIo);
    flag("quantize-everything", RecipeRequest::quantizeEverything);
    if (section.has("include")) request = request.include(section.texts("include"));
    if (section.has("exclude")) request = request.exclude(section.texts("exclude"));
    if (section.has("rules"))
      request =
          request.placedRules(section.sections("rules").stream().map(RuleSection::read).toList());
    section.refuseOthers();
    Mode mode = RecipeResolver.mode(request);
    if (mode != null) check(mode);
    return request.origin(this);
  }

  private static String target(String name) {
    return name.equals("auto") ? name : Target.named(name).name();
  }

  private <T> void word(
      String key, Function<String, T> parse, BiFunction<RecipeRequest, T, RecipeRequest> set) {
    if (!section.has(key)) return;
    T value;
    try {
      value = parse.apply(section.text(key));
    } catch (IllegalArgumentException e) {
      throw section.wrong(key, "another value: " + e.getMessage());
    }
    request = set.apply(request, value);
  }

  private void flag(String key, BiFunction<RecipeRequest, Boolean, RecipeRequest> set) {
    if (!section.has(key)) return;
    String said = section.choice(key, List.of("true", "false"));
    request = set.apply(request, said.equals("true"));
  }

  /**
   * Refuses what a mode cannot have.
   *
   * @throws dev.halftone.graph.MalformedDataException naming the line that does not go with it
   */
  void check(Mode mode) {
    try {
      RecipeResolver.withoutModel(request.mode(mode));
    } catch (ContradictionException e) {
      for (String key : e.keys()) if (section.has(key)) throw section.wrong(key, e.allowed());
      if (section.has("extends"))
        throw section.wrong("extends", "another recipe: " + e.getMessage());
      throw e;
    }
  }
}
