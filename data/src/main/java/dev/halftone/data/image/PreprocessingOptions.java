package dev.halftone.data.image;

import dev.halftone.data.image.Preprocessing.Color;
import dev.halftone.data.yaml.Section;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Preprocessing as a user gives it: a name, a YAML file, or the same keys inside of a data
 * description. What is left out is taken from the model's input where that says it.
 */
final class PreprocessingOptions {
  /** Color, mean and scale under the names that people know them by. */
  private static final Map<String, Map<String, String>> NAMED =
      Map.of(
          "raw", Map.of(),
          "unit", Map.of("scale", "255"),
          "signed", Map.of("mean", "127.5", "scale", "127.5"));

  private static final int LARGEST = 1 << 14;

  private final Section section;
  private final WantedImage wanted;

  private PreprocessingOptions(Section section, WantedImage wanted) {
    this.section = section;
    this.wanted = wanted;
  }

  static Set<String> names() {
    return new java.util.TreeSet<>(NAMED.keySet());
  }

  /** The value of key {@code preprocess} of a source's options; null when it is not there. */
  static @Nullable Preprocessing of(Section options, WantedImage wanted) {
    if (!options.has("preprocess")) return null;
    if (!options.isText("preprocess")) {
      return new PreprocessingOptions(options.section("preprocess"), wanted).read();
    }
    String name = options.text("preprocess");
    if (NAMED.containsKey(name)) {
      Section named = Section.of(Path.of("preprocessing " + name), NAMED.get(name));
      return new PreprocessingOptions(named, wanted).read();
    }
    Path file = options.resolveBeside(name);
    if (!name.contains(".") && !file.toFile().exists()) {
      throw options.wrong("preprocess", "a file or one of " + String.join(", ", names()));
    }
    return new PreprocessingOptions(Section.read(file), wanted).read();
  }

  /** What is assumed when nothing was said: cover the model's input, RGB, values of 0 to 1. */
  static Preprocessing guess(Path folder, WantedImage wanted) {
    if (wanted.height() == 0 || wanted.width() == 0) {
      throw new MalformedDataException(
          folder,
          "the model does not say what size of image it takes: give a preprocessing file with"
              + " resize");
    }
    Section unit = Section.of(folder, Map.of("scale", "255"));
    return new PreprocessingOptions(unit, wanted).read();
  }

  private Preprocessing read() {
    Color color = color();
    boolean channelsLast =
        section.has("layout")
            ? section.choice("layout", List.of("nchw", "nhwc")).equals("nhwc")
            : wanted.channelsLast();
    float[] mean = perChannel("mean", color, 0);
    float[] scale = perChannel("scale", color, 1);
    for (float divisor : scale) {
      if (divisor == 0) throw section.wrong("scale", "numbers other than 0");
    }
    Float padValue = section.has("pad-value") ? (float) section.number("pad-value") : null;
    Preprocessing read = new Preprocessing(resize(), color, channelsLast, mean, scale, padValue);
    section.refuseOthers();
    return read;
  }

  private Color color() {
    if (!section.has("color")) return wanted.channels() == 1 ? Color.GRAY : Color.RGB;
    String word = section.choice("color", List.of("rgb", "bgr", "gray"));
    return Color.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private float[] perChannel(String key, Color color, float otherwise) {
    float[] values = new float[color.channels()];
    Arrays.fill(values, otherwise);
    if (!section.has(key)) return values;
    float[] given = Section.floats(section.numbers(key));
    if (given.length == 1) {
      Arrays.fill(values, given[0]);
      return values;
    }
    if (given.length == values.length) return given;
    throw section.wrong(key, "1 or %d numbers".formatted(values.length));
  }

  private Resize resize() {
    if (section.has("resize")) return resize(section.section("resize"));
    if (wanted.height() > 0 && wanted.width() > 0) {
      return new Resize.Cover(wanted.width(), wanted.height());
    }
    throw section.wrong("key \"resize\" is missing, and the model does not fix the size");
  }

  private Resize resize(Section keys) {
    Resize resize;
    if (keys.has("short-side")) {
      int crop = keys.integer(keys.has("crop") ? "crop" : "short-side", 1, LARGEST);
      int shortSide = keys.integer("short-side", 1, LARGEST);
      if (crop > shortSide) throw keys.wrong("crop", "at most short-side, " + shortSide);
      resize = new Resize.ShortSide(shortSide, crop, crop);
    } else if (keys.has("letterbox")) {
      boolean centered =
          keys.has("place") && keys.choice("place", List.of("top-left", "center")).equals("center");
      resize = new Resize.Letterbox(keys.integer("letterbox", 1, LARGEST), centered);
    } else if (keys.has("multiple-of")) {
      resize = new Resize.Multiple(keys.integer("multiple-of", 1, LARGEST));
    } else if (keys.has("width") && keys.has("height")) {
      resize =
          new Resize.Stretch(keys.integer("width", 1, LARGEST), keys.integer("height", 1, LARGEST));
    } else {
      throw keys.wrong(
          "expected {short-side, crop}, {width, height}, {letterbox, place} or {multiple-of}");
    }
    keys.refuseOthers();
    return resize;
  }
}
