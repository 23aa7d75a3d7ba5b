package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.house.Checkout.Outcome;
import dev.halftone.house.Document.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the pages in docs tell the reader to type, typed, page by page in the order in which it
 * stands there. The README's commands have a test of their own.
 */
@DisabledOnOs(OS.WINDOWS)
@Tag("packaged")
final class DocumentedCommandsTest {
  private static final boolean TRAINS =
      System.getProperty("os.name").equals("Linux")
          && System.getProperty("os.arch").equals("amd64");

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicContainer> commandsRun() throws IOException {
    List<DynamicContainer> pages = new ArrayList<>();
    for (Document page : Document.all()) {
      List<Command> commands = page.commands();
      if (!commands.isEmpty() && !page.name().equals("README.md"))
        pages.add(DynamicContainer.dynamicContainer(page.name(), tests(page, commands)));
    }
    assertThat(pages).hasSizeGreaterThanOrEqualTo(3);
    return pages.stream();
  }

  private static Stream<DynamicTest> tests(Document page, List<Command> commands)
      throws IOException {
    Path place = Files.createDirectories(folder.resolve(page.name()));
    Checkout checkout = new Checkout(place);
    checkout.copyExamples();
    Stream<DynamicTest> runs =
        commands.stream()
            .map(command -> DynamicTest.dynamicTest(command.line(), () -> run(checkout, command)));
    DynamicTest end = DynamicTest.dynamicTest("clean up", checkout::close);
    return Stream.concat(runs, Stream.of(end));
  }

  private static void run(Checkout checkout, Command command) throws Exception {
    if (command.needs().equals("training")) assumeTrue(TRAINS, "training runs on Linux x86-64");
    Outcome outcome = checkout.start(List.of("sh", "-c", command.line()), Map.of()).outcome();
    assertThat(outcome.code()).as("%s%n%s", command.line(), outcome.err()).isZero();
    if (!command.line().contains(" > ")) assertThat(outcome.out()).isNotBlank();
  }

  /** What is neither run nor a line of usage would be held to nothing. */
  @Test
  void everyCommandInABlockIsRun() throws IOException {
    List<String> left = new ArrayList<>();
    for (Document page : Document.all())
      for (String line : page.text().lines().toList())
        if (line.matches(" {4,}halftone .*") && !line.endsWith("]"))
          left.add(page.name() + ": " + line);
    assertThat(left).isEmpty();
  }

  @Test
  void linesThatGoOnAreJoinedAndNotesCountForOneBlock() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(
        page,
        """
        Text with `./halftone inline`.

        <!-- needs: training -->

            ./halftone one --a \\
              --b
            ./halftone two

        More.

            ./halftone three
        """);
    assertThat(new Document(page).commands())
        .containsExactly(
            new Command("./halftone one --a --b", "training"),
            new Command("./halftone two", "training"),
            new Command("./halftone three", ""));
  }
}
