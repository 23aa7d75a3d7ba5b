package dev.halftone.data.source;

import java.util.List;

/** A sample as a person would know it again, in a few kilobytes. */
public sealed interface Preview {
  /** Longest side of a picture. */
  int MOST_PIXELS = 64;

  /** Most characters of a text. */
  int MOST_CHARACTERS = 160;

  /** Most points of a wave. */
  int MOST_POINTS = 120;

  /**
   * A small picture.
   *
   * @param rgb three bytes a pixel, row by row from the top
   */
  record Picture(int width, int height, byte[] rgb) implements Preview {}

  /** The beginning of a text. */
  record Words(String text) implements Preview {
    /** Cut to {@link #MOST_CHARACTERS}, at a whole character, with an ellipsis. */
    public static Words of(String text) {
      if (text.length() <= MOST_CHARACTERS) return new Words(text);
      int end =
          Character.isHighSurrogate(text.charAt(MOST_CHARACTERS - 1))
              ? MOST_CHARACTERS - 1
              : MOST_CHARACTERS;
      return new Words(text.substring(0, end) + "…");
    }
  }

  /**
   * The outline of a sound.
   *
   * @param peaks largest magnitudes of equal stretches of time
   */
  record Wave(List<Float> peaks) implements Preview {
    public Wave {
      peaks = List.copyOf(peaks);
    }

    /** Of one channel. */
    public static Wave of(float[] sound) {
      int points = Math.min(MOST_POINTS, sound.length);
      Float[] peaks = new Float[points];
      for (int point = 0; point < points; point++) {
        float peak = 0;
        int end = (int) ((long) sound.length * (point + 1) / points);
        for (int i = (int) ((long) sound.length * point / points); i < end; i++)
          peak = Math.max(peak, Math.abs(sound[i]));
        peaks[point] = peak;
      }
      return new Wave(List.of(peaks));
    }
  }
}
