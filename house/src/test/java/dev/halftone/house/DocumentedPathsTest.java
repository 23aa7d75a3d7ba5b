package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Files and headings that the documentation names are there. */
final class DocumentedPathsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern CODE = Pattern.compile("`([\\w.-]+/[\\w./-]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s#]*)(#[^)\\s]*)?\\)");

  @Test
  void everyFileNamedInCodeExists() throws IOException {
    List<String> missing = new ArrayList<>();
    int seen = 0;
    for (Document page : Document.all()) {
      for (String path : firsts(CODE, page)) {
        if (!isOfCheckout(path)) continue;
        seen++;
        if (!Files.exists(ROOT.resolve(path))) missing.add(page.name() + ": " + path);
      }
    }
    assertThat(missing).isEmpty();
    assertThat(seen).isGreaterThan(40);
  }

  /** Paths start at a folder of the checkout; what a build makes need not be there. */
  private static boolean isOfCheckout(String path) {
    return !path.contains("/target/")
        && Files.isDirectory(ROOT.resolve(path.substring(0, path.indexOf('/'))));
  }

  private static List<String> firsts(Pattern pattern, Document page) throws IOException {
    return pattern.matcher(page.text()).results().map(match -> match.group(1)).toList();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int seen = 0;
    for (Document page : Document.all()) {
      for (MatchResult link : LINK.matcher(page.text()).results().toList()) {
        if (link.group(1).contains("://")) continue;
        seen++;
        if (!leads(page, link.group(1), link.group(2)))
          broken.add(page.name() + ": " + link.group());
      }
    }
    assertThat(broken).isEmpty();
    assertThat(seen).isGreaterThan(40);
  }

  private static boolean leads(Document page, String path, @Nullable String heading)
      throws IOException {
    Path target = path.isEmpty() ? page.file() : page.file().resolveSibling(path);
    if (!Files.exists(target)) return false;
    return heading == null || headings(target).contains(heading.substring(1));
  }

  /** As GitHub makes them: lower case, without punctuation, with hyphens for spaces. */
  private static Set<String> headings(Path page) throws IOException {
    try (Stream<String> lines = Files.lines(page)) {
      return lines
          .filter(line -> line.startsWith("#"))
          .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
          .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
          .collect(Collectors.toSet());
    }
  }
}
