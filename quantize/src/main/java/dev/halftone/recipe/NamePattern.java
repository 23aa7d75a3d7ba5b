package dev.halftone.recipe;

import java.util.List;
import java.util.regex.Pattern;

/** A name with {@code *} for any characters and {@code ?} for one. */
public final class NamePattern {
  private final Pattern pattern;

  private NamePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  public static NamePattern of(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '*') regex.append(".*");
      else if (c == '?') regex.append('.');
      else regex.append(Pattern.quote(String.valueOf(c)));
    }
    return new NamePattern(Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }

  /**
   * Whether a name is chosen: by one of {@code include}, or all when there is none, and by none of
   * {@code exclude}.
   */
  public static boolean selects(List<String> include, List<String> exclude, String name) {
    boolean included =
        include.isEmpty() || include.stream().anyMatch(glob -> of(glob).matches(name));
    return included && exclude.stream().noneMatch(glob -> of(glob).matches(name));
  }
}
