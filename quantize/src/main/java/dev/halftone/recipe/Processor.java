package dev.halftone.recipe;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The kind of processor whose speeds say what stays in float because integers would be slower. How
 * fast a kind computes is an estimate that was fitted to measurements; see {@code docs/decisions}.
 */
public enum Processor {
  /** x86-64 with AVX-512 VNNI or AVX-VNNI. */
  X86_VNNI,
  /** x86-64 with AMX: server processors whose float units are wider too. */
  X86_AMX,
  /** x86-64 without VNNI, where a product of integers takes three instructions. */
  X86_AVX2,
  /** No estimate: whatever can compute in integers does. */
  ANY;

  /** The word for it in recipes: {@code x86-vnni}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The kind that a word names.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static Processor named(String word) {
    return Arrays.stream(values())
        .filter(kind -> kind.word().equals(word.trim().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no processor '%s'; there are %s"
                        .formatted(
                            word,
                            Arrays.stream(values())
                                .map(Processor::word)
                                .collect(Collectors.joining(", ")))));
  }
}
