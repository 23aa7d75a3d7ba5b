package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.halftone.toolkit.RecipeSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds docs/cli.md to what the program takes: each table of options is made from the program's own
 * model.
 */
class DocumentationTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "cli.md");

  private static final Set<String> COMMON =
      Set.of("--json", "--threads", "--seed", "--quiet", "--stacktrace", "--help");

  @Test
  void everyCommandIsDocumentedWithEachOfItsOptions() throws IOException {
    String document = Files.readString(DOCUMENT);
    Map<String, CommandLine> commands = Main.commandLine().getSubcommands();
    assertThat(commands).hasSizeGreaterThan(6);
    commands.forEach(
        (name, command) -> {
          String table = table(command.getCommandSpec(), false);
          assertThat(document)
              .as("section of " + name)
              .contains("## `halftone %s`\n\n    %s\n".formatted(name, synopsis(command)));
          assertThat(block(document, name)).as("options of " + name).isEqualTo(table);
        });
  }

  private static String synopsis(CommandLine command) {
    String[] lines = command.getCommandSpec().usageMessage().customSynopsis();
    assertThat(lines).as(command.getCommandName()).hasSize(1);
    return lines[0];
  }

  /** Every word that the schema of recipe files has for a key, which is what the parser takes. */
  @ParameterizedTest
  @ValueSource(strings = {"mode", "format", "activations", "calibration", "search", "scales"})
  void theHelpNamesEveryWord(String key) {
    JsonNode schema = JsonMapper.shared().readTree(RecipeSchema.text());
    JsonNode values = schema.at("/properties/" + key);
    JsonNode named = values.has("$ref") ? schema.at("/$defs/" + key) : values;
    List<String> words =
        named.findValues("enum").stream()
            .flatMap(JsonNode::valueStream)
            .map(JsonNode::asString)
            .toList();
    assertThat(words).hasSizeGreaterThan(1);
    CommandLine quantize =
        Objects.requireNonNull(Main.commandLine().getSubcommands().get("quantize"));
    OptionSpec option = quantize.getCommandSpec().findOption("--" + key);
    for (String word : words)
      assertThat(String.join(" ", option.description()))
          .containsPattern("(^|[^a-z0-9-])" + Pattern.quote(word) + "([^a-z0-9-]|$)");
  }

  @Test
  void commonOptionsAreDocumentedOnce() throws IOException {
    CommandSpec any =
        Main.commandLine().getSubcommands().values().iterator().next().getCommandSpec();
    assertThat(block(Files.readString(DOCUMENT), "common")).isEqualTo(table(any, true));
  }

  @Test
  void noCommandIsDocumentedThatDoesNotExist() throws IOException {
    Set<String> documented =
        Files.readString(DOCUMENT)
            .lines()
            .filter(line -> line.startsWith("## `halftone "))
            .map(line -> line.replace("## `halftone ", "").replace("`", ""))
            .collect(Collectors.toSet());
    assertThat(documented).isEqualTo(Main.commandLine().getSubcommands().keySet());
  }

  /** Lines that are commands, and code within text that goes on behind the command's name. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?m)^ {4}(?:\\./)?halftone ((?:.*\\\\\n)*.*)$|`(?:\\./)?halftone ([^`\n]+)`");

  /**
   * Commands that were measured, shortened or told in general: they are not run, but they exist.
   */
  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandShownIsTaken(Path page) throws IOException {
    String text = Files.readString(page);
    for (MatchResult command : COMMAND.matcher(text).results().toList()) {
      String line = command.group(1) == null ? command.group(2) : command.group(1);
      if (line.contains("[") || line.contains("(") || line.matches("(COMMAND|<).*")) continue;
      String[] words = line.replace("\\\n", " ").replaceAll("[>|].*", "").strip().split(" +");
      CommandLine parsed = Main.commandLine();
      if (words.length == 1 && !words[0].startsWith("-"))
        assertThat(parsed.getSubcommands()).containsKey(words[0]);
      else assertThatCode(() -> parsed.parseArgs(words)).as(line).doesNotThrowAnyException();
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(DOCUMENT.getParent())) {
      List<Path> pages =
          Stream.concat(Stream.of(Path.of("..", "README.md")), files)
              .filter(file -> file.toString().endsWith(".md"))
              .sorted()
              .toList();
      assertThat(pages).hasSizeGreaterThan(10);
      return pages;
    }
  }

  /** What stands between {@code <!-- options:name -->} and {@code <!-- end -->}. */
  private static String block(String document, String name) {
    String start = "<!-- options:" + name + " -->\n";
    assertThat(document).contains(start);
    String rest = document.substring(document.indexOf(start) + start.length());
    return rest.substring(0, rest.indexOf("<!-- end -->")).strip();
  }

  private static String table(CommandSpec command, boolean common) {
    StringBuilder rows = new StringBuilder();
    if (!common)
      for (PositionalParamSpec parameter : command.positionalParameters())
        rows.append(row(parameter.paramLabel(), "", parameter));
    for (OptionSpec option : command.options()) {
      if (COMMON.contains(option.longestName()) != common) continue;
      rows.append(
          row(
              String.join("`, `", option.names()),
              option.arity().max() == 0 ? "" : " " + option.paramLabel(),
              option));
    }
    return rows.isEmpty()
        ? "None of its own."
        : "| option | meaning |\n|---|---|\n" + rows.toString().strip();
  }

  private static String row(String names, String label, ArgSpec argument) {
    String description =
        String.join(" ", argument.description()).replace("%%", "%").replace("|", "\\|");
    return "| `%s%s` | %s |%n".formatted(names, label, description);
  }
}
