package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.house.Checkout.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells the reader to type, typed. */
@DisabledOnOs(OS.WINDOWS)
@Tag("packaged")
final class ReadmeTest {
  private static final Pattern COMMAND =
      Pattern.compile("^ {4}(\\./halftone (?:.*\\\\\n)*.*)$", Pattern.MULTILINE);
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;
  private Checkout checkout;
  private String readme;

  @BeforeEach
  void open() throws IOException {
    checkout = new Checkout(folder);
    readme = Files.readString(Path.of("..", "README.md"));
  }

  @AfterEach
  void close() throws IOException {
    checkout.close();
  }

  @Test
  void itsCommandsRunOneAfterTheOther() throws Exception {
    List<String> commands = COMMAND.matcher(readme).results().map(match -> match.group(1)).toList();
    assertThat(commands).hasSizeGreaterThanOrEqualTo(2);
    for (String command : commands) {
      Outcome outcome = checkout.start(List.of("sh", "-c", command), Map.of()).outcome();
      assertThat(outcome.code()).as("%s%n%s", command, outcome.err()).isZero();
      assertThat(outcome.out()).contains("size", "top1", "agree").containsAnyOf("latency", "speed");
    }
  }

  @Test
  void itsJavaCompilesAndRuns() throws Exception {
    List<MatchResult> examples = JAVA.matcher(readme).results().toList();
    assertThat(examples).hasSize(1);
    Path source = checkout.root.resolve("Example.java");
    Files.writeString(
        source,
        """
        import dev.halftone.data.*;
        import dev.halftone.evaluate.*;
        import dev.halftone.toolkit.*;
        import java.nio.file.Path;

        public class Example {
          public static void main(String[] arguments) {
        %s
          }
        }
        """
            .formatted(examples.getFirst().group(1)));
    Outcome outcome =
        checkout
            .start(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--add-modules",
                    "jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED",
                    "--class-path",
                    Path.of("..", "cli", "target", "app").toRealPath() + "/*",
                    source.toString()),
                Map.of())
            .outcome();
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("top1.quantized ", "agreement ", "size.ratio ", "speedup ");
    assertThat(checkout.root.resolve("digits.int8.onnx")).isNotEmptyFile();
  }
}
