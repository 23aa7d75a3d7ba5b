package dev.halftone.data;

import dev.halftone.graph.MalformedDataException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which rows are taken, and in which order. */
sealed interface RowSelection {
  /**
   * Indices of the rows taken of {@code total}.
   *
   * @throws MalformedDataException if there are none
   */
  int[] of(int total);

  /** Every row. */
  record All() implements RowSelection {
    @Override
    public int[] of(int total) {
      return IntStream.range(0, total).toArray();
    }
  }

  /**
   * Row {@code floor(i * total / count)} for each {@code i} of {@code [0, count)}: spread evenly
   * over all.
   */
  record Spread(int count) implements RowSelection {
    @Override
    public int[] of(int total) {
      if (total == 0) throw new MalformedDataException("rows", "there are none");
      return IntStream.range(0, count).map(i -> (int) ((long) i * total / count)).toArray();
    }
  }

  /** What the caller asked for rather than a file: then the caller is wrong, not the data. */
  record Asked(RowSelection selection) implements RowSelection {
    @Override
    public int[] of(int total) {
      return blamed(() -> selection.of(total));
    }
  }

  /** Slices one after the other. */
  record Slices(String text, List<Slice> slices) implements RowSelection {
    @Override
    public int[] of(int total) {
      int[] rows = slices.stream().flatMapToInt(slice -> slice.of(total)).toArray();
      if (rows.length > 0) return rows;
      throw new MalformedDataException(
          "rows", "%s takes nothing of %d rows".formatted(text, total));
    }
  }

  /**
   * {@code from:to:step} as in Python: negative numbers count from the end, what lies outside is
   * cut off.
   */
  record Slice(@Nullable Integer from, @Nullable Integer to, int step) {
    IntStream of(int total) {
      int first = from == null ? 0 : clipped(from, total);
      int end = to == null ? total : clipped(to, total);
      long count = Math.max(0, ((long) end - first + step - 1) / step);
      return IntStream.range(0, (int) count).map(i -> first + i * step);
    }

    private static int clipped(int index, int total) {
      return Math.clamp(index < 0 ? (long) index + total : index, 0, total);
    }
  }

  /**
   * Slices {@code A:B} or {@code A:B:STEP} with a positive step, or single rows {@code A},
   * separated by commas.
   *
   * @throws MalformedDataException if the text is something else
   */
  static RowSelection parse(String text) {
    return new Slices(text, Arrays.stream(text.split(",", -1)).map(RowSelection::slice).toList());
  }

  /**
   * The same, asked for by the caller.
   *
   * @throws RowsException if the text is something else; what is returned throws it too
   */
  static RowSelection asked(String text) {
    return new Asked(blamed(() -> parse(text)));
  }

  private static <T> T blamed(Supplier<T> work) {
    try {
      return work.get();
    } catch (MalformedDataException e) {
      throw new RowsException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Slice slice(String text) {
    Matcher matcher =
        Pattern.compile("(-?\\d{1,9})?(:)?(-?\\d{1,9})?(?::(\\d{1,9}))?").matcher(text.strip());
    if (!matcher.matches() || text.isBlank()) throw wrong(text);
    Integer from = number(matcher.group(1));
    Integer to = number(matcher.group(3));
    Integer step = number(matcher.group(4));
    if (matcher.group(2) != null) return new Slice(from, to, positive(step, text));
    if (from == null || to != null || step != null) throw wrong(text);
    return new Slice(from, from == -1 ? null : from + 1, 1);
  }

  private static int positive(@Nullable Integer step, String text) {
    if (step == null) return 1;
    if (step == 0) throw wrong(text);
    return step;
  }

  private static @Nullable Integer number(@Nullable String text) {
    return text == null ? null : Integer.valueOf(text);
  }

  private static MalformedDataException wrong(String text) {
    return new MalformedDataException(
        "rows", "\"%s\", expected slices A:B or A:B:STEP with a step of 1 or more".formatted(text));
  }
}
