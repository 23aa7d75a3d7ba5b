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
final class DocumentedCommandsTest {
  private static final Path SHARED =
      Path.of(System.getProperty("halftone.shared", "../../shared")).toAbsolutePath().normalize();

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
    if (Files.isDirectory(SHARED)) Files.createSymbolicLink(place.resolve("shared"), SHARED);
    Stream<DynamicTest> runs =
        commands.stream()
            .map(command -> DynamicTest.dynamicTest(command.line(), () -> run(checkout, command)));
    DynamicTest end = DynamicTest.dynamicTest("clean up", () -> close(checkout, place));
    return Stream.concat(runs, Stream.of(end));
  }

  private static void run(Checkout checkout, Command command) throws Exception {
    if (command.needs().equals("data")) assumeTrue(Files.isDirectory(SHARED), "shared data");
    if (command.needs().equals("slow"))
      assumeTrue(System.getProperty("halftone.slow") != null, "-Dhalftone.slow");
    Outcome outcome = checkout.start(List.of("sh", "-c", command.line()), Map.of()).outcome();
    assertThat(outcome.code()).as("%s%n%s", command.line(), outcome.err()).isZero();
    assertThat(outcome.out()).isNotBlank();
  }

  private static void close(Checkout checkout, Path place) throws IOException {
    checkout.close();
    Files.deleteIfExists(place.resolve("shared"));
  }

  @Test
  void linesThatGoOnAreJoinedAndNotesCountForOneBlock() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(
        page,
        """
        Text with `./halftone inline`.

        <!-- needs: data -->

            ./halftone one --a \\
              --b
            ./halftone two

        More.

            ./halftone three
        """);
    assertThat(new Document(page).commands())
        .containsExactly(
            new Command("./halftone one --a --b", "data"),
            new Command("./halftone two", "data"),
            new Command("./halftone three", ""));
  }
}
