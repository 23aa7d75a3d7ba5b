package dev.halftone.data;

import dev.halftone.data.Description.Feed;
import dev.halftone.data.shape.Transform;
import dev.halftone.data.shape.Window;
import dev.halftone.data.source.SampleReaders;
import dev.halftone.data.yaml.Section;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One input of a data description. Axes count as in the array, the axis of samples being 0. */
record InputSection(String name, Section section, Path root) {
  private static final int LARGEST = 1 << 30;
  private static final int MOST_ZEROS = 1 << 26;

  private static final List<String> TYPES =
      List.of(
          "float32",
          "float64",
          "float16",
          "bfloat16",
          "int8",
          "uint8",
          "int16",
          "uint16",
          "int32",
          "uint32",
          "int64",
          "uint64",
          "bool");

  /** The input's value when it is the same in every sample, else null. */
  @Nullable Tensor constant() {
    if (section.has("zeros")) {
      long[] shape = longs(section.integers("zeros", 0, MOST_ZEROS));
      long count = Arrays.stream(shape).reduce(1, (a, b) -> Math.min(MOST_ZEROS + 1L, a * b));
      if (count > MOST_ZEROS) {
        throw section.wrong("zeros", "at most %d elements".formatted(MOST_ZEROS));
      }
      section.refuseOthers();
      return Tensor.ofFloats(new float[(int) count], shape);
    }
    if (!section.has("value")) return null;
    double[] values = section.numbers("value");
    long[] shape = section.isList("value") ? new long[] {values.length} : new long[0];
    section.refuseOthers();
    return Tensor.of(DType.FLOAT64, shape, MemorySegment.ofArray(values));
  }

  /** Where the input's samples come from. */
  Feed feed() {
    List<String> kinds = new ArrayList<>();
    for (String kind : SampleReaders.kinds()) {
      if (section.has(kind)) kinds.add(kind);
    }
    if (section.has("file")) kinds.add("file");
    if (kinds.size() != 1) {
      throw section.wrong(
          "%s, expected one of file, zeros, value, %s"
              .formatted(
                  kinds.isEmpty() ? "no source" : "several sources: " + String.join(", ", kinds),
                  String.join(", ", SampleReaders.kinds())));
    }
    String kind = kinds.getFirst();
    String text = section.text(kind);
    Path path = kind.equals("random") ? Path.of(text) : root.resolve(text).normalize();
    return new Feed(name, kind.equals("file") ? null : kind, path, section, transform());
  }

  private Transform transform() {
    return new Transform(
        section.has("window") ? window(section.section("window")) : null,
        section.has("transpose") ? transpose() : null,
        section.has("reshape") ? longs(section.integers("reshape", 0, LARGEST)) : null,
        section.has("scale") ? (float) section.number("scale") : 1,
        section.has("offset") ? (float) section.number("offset") : 0,
        section.has("cast") ? cast() : null);
  }

  private static Window window(Section window) {
    int length = window.integer("length", 1, LARGEST);
    int step = window.has("step") ? window.integer("step", 1, LARGEST) : length;
    int padLeft = window.has("pad-left") ? window.integer("pad-left", 0, length - 1) : 0;
    int axis = window.has("axis") ? window.integer("axis", 1, 8) : 1;
    window.refuseOthers();
    return new Window(length, step, padLeft, axis - 1);
  }

  private int[] transpose() {
    int[] axes = section.integers("transpose", 0, 8);
    int[] sorted = axes.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] != i || axes[0] != 0) throw transposeWrong();
    }
    if (axes.length == 0) throw transposeWrong();
    return Arrays.stream(axes).skip(1).map(axis -> axis - 1).toArray();
  }

  private MalformedDataException transposeWrong() {
    return section.wrong("transpose", "every axis once, 0 (samples) first, as [0, 2, 1]");
  }

  private DType cast() {
    return DType.valueOf(section.choice("cast", TYPES).toUpperCase(Locale.ROOT));
  }

  private static long[] longs(int[] integers) {
    return Arrays.stream(integers).asLongStream().toArray();
  }
}
