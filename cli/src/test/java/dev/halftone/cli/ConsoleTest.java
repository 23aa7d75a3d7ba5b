package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What of a command's words is seen while it still runs. */
class ConsoleTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Console console(@Nullable Path json, boolean quiet) {
    return new Console(buffered(out), buffered(err), json, null, quiet);
  }

  private static PrintWriter buffered(StringWriter writer) {
    return new PrintWriter(new BufferedWriter(writer));
  }

  @Test
  void linesAreSeenAtOnce() {
    Console console = console(null, false);
    console.say("one");
    assertThat(out.toString().lines()).containsExactly("one");
    console.sayAll(List.of("two", "three"));
    assertThat(out.toString().lines()).containsExactly("one", "two", "three");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theyMakeRoomForJson() {
    console(Path.of("-"), false).say("one");
    assertThat(err.toString().lines()).containsExactly("one");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void quietSaysNothing() {
    console(null, true).say("one");
    assertThat(out.toString() + err).isEmpty();
  }
}
