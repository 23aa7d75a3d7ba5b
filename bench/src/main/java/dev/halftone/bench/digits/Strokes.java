package dev.halftone.bench.digits;

import java.awt.geom.Path2D;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.function.DoubleUnaryOperator;

/**
 * How people write the ten digits: for each, some ways as strokes of a pen. The notation is that of
 * SVG paths ({@code M} moves, {@code L} draws a line, {@code C} a cubic curve), x to the right and
 * y down, in a box of 1 by 1.
 */
final class Strokes {
  static final int DIGITS = 10;

  private static final List<List<String>> WAYS =
      List.of(
          List.of(
              "M.5 0 C.1 0 0 .3 0 .5 C0 .75 .15 1 .5 1 C.85 1 1 .75 1 .5 C1 .25 .85 0 .5 0",
              "M.6 .05 C.2 0 .05 .3 .05 .55 C.05 .85 .3 1 .5 1 C.8 1 .95 .7 .95 .45 C.95 .15 .7 0"
                  + " .45 .05"),
          List.of("M.5 0 L.5 1", "M.25 .25 L.55 0 L.55 1", "M.25 .22 L.55 0 L.55 1 M.25 1 L.85 1"),
          List.of(
              "M.1 .25 C.15 0 .85 -.1 .9 .25 C.92 .5 .5 .65 .05 1 L.95 1",
              "M.1 .3 C.1 0 .9 -.1 .85 .3 C.8 .6 .3 .8 .15 .95 C0 1.05 .1 .7 .3 .85 C.5 1 .7 1.05"
                  + " .95 .9"),
          List.of(
              "M.1 .15 C.3 -.1 .9 -.05 .85 .25 C.8 .45 .5 .48 .4 .48 C.7 .48 .95 .55 .93 .75 C.9"
                  + " 1.05 .3 1.1 .05 .85",
              "M.1 0 L.85 0 L.4 .42 C.75 .4 .95 .55 .9 .75 C.85 1.05 .3 1.1 .05 .88"),
          List.of(
              "M.65 1 L.65 0 L.05 .7 L.95 .7",
              "M.15 0 L.1 .5 L.9 .5 M.75 0 L.7 1",
              "M.2 0 C.15 .2 .1 .4 .1 .52 C.3 .55 .6 .5 .85 .48 M.8 .05 L.72 1"),
          List.of(
              "M.85 0 L.2 0 L.15 .42 C.5 .3 .95 .4 .92 .7 C.88 1.05 .3 1.08 .05 .88",
              "M.25 .05 L.18 .45 C.5 .3 .9 .42 .88 .7 C.85 1 .35 1.08 .08 .9 M.25 .05 L.9 .02"),
          List.of(
              "M.75 0 C.4 .1 .05 .45 .08 .72 C.1 1.05 .85 1.1 .9 .72 C.92 .4 .3 .4 .1 .7",
              "M.6 0 C.2 .25 0 .6 .15 .85 C.3 1.05 .8 1 .8 .72 C.8 .5 .4 .5 .18 .75"),
          List.of(
              "M.05 0 L.95 0 L.35 1",
              "M.05 .02 L.92 .02 C.7 .4 .5 .7 .4 1 M.25 .5 L.75 .5",
              "M.08 .15 L.1 0 L.9 .02 C.65 .35 .5 .65 .45 1"),
          List.of(
              "M.5 .48 C.1 .38 .1 0 .5 0 C.9 0 .9 .38 .5 .48 C0 .6 0 1 .5 1 C1 1 1 .6 .5 .48",
              "M.85 .15 C.6 -.1 .1 0 .2 .28 C.3 .5 .85 .5 .85 .78 C.85 1.05 .15 1.05 .15 .78 C.15"
                  + " .5 .75 .45 .85 .15"),
          List.of(
              "M.85 .3 C.8 -.05 .15 -.1 .12 .28 C.1 .6 .75 .6 .85 .3 L.8 1",
              "M.85 .28 C.8 -.05 .1 -.1 .1 .28 C.1 .6 .8 .6 .86 .25 C.9 .6 .8 .9 .5 1"));

  private Strokes() {}

  /** Number of ways to write the digit. */
  static int ways(int digit) {
    return WAYS.get(digit).size();
  }

  /** One way to write the digit, with every coordinate of the pen passed through {@code hand}. */
  static Path2D path(int digit, int way, DoubleUnaryOperator hand) {
    Path2D path = new Path2D.Double();
    String spaced = WAYS.get(digit).get(way).replaceAll("([MLC])", " $1 ");
    try (Scanner words = new Scanner(spaced).useLocale(Locale.ROOT)) {
      while (words.hasNext()) {
        String verb = words.next();
        double[] at = coordinates(words, verb.equals("C") ? 6 : 2, hand);
        switch (verb) {
          case "M" -> path.moveTo(at[0], at[1]);
          case "L" -> path.lineTo(at[0], at[1]);
          default -> path.curveTo(at[0], at[1], at[2], at[3], at[4], at[5]);
        }
      }
    }
    return path;
  }

  private static double[] coordinates(Scanner words, int count, DoubleUnaryOperator hand) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = hand.applyAsDouble(Double.parseDouble(words.next()));
    }
    return numbers;
  }
}
