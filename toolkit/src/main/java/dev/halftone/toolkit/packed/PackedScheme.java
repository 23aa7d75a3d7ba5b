package dev.halftone.toolkit.packed;

import dev.halftone.number.FloatFormat;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.ScaledNumbers;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the matrices of a folder become.
 *
 * @param granularity per channel or block of integers, per channel or tensor of FP8
 * @param range of symmetric integers; without a meaning for others
 * @param dynamic whether what weights are multiplied with is quantized too, to the same 8 bits and
 *     by ranges of each token when the model runs
 * @param storage of scales; empty for the type of the weights with integers, for float with FP8
 */
public record PackedScheme(
    Element element,
    Granularity granularity,
    boolean symmetric,
    CodeRange range,
    ScaleSearch search,
    boolean dynamic,
    Optional<ScaleStorage> storage) {
  /** What a weight becomes. */
  public enum Element {
    INT4(4, DType.INT4),
    INT8(8, DType.INT8),
    FP8_E4M3(8, DType.FLOAT8E4M3FN);

    private final int bits;
    private final DType dtype;

    Element(int bits, DType dtype) {
      this.bits = bits;
      this.dtype = dtype;
    }

    public int bits() {
      return bits;
    }

    DType dtype() {
      return dtype;
    }

    public boolean isInteger() {
      return this != FP8_E4M3;
    }

    /** As it is written on the command line. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The element of a name, in upper or lower case; empty if it is none of these. */
    public static Optional<Element> ofWord(String word) {
      return Arrays.stream(values()).filter(one -> one.word().equalsIgnoreCase(word)).findFirst();
    }

    /** {@code int4, int8, fp8-e4m3}. */
    public static String words() {
      return Arrays.stream(values()).map(Element::word).collect(Collectors.joining(", "));
    }
  }

  /** Values of a group where nothing else is asked for: what most INT4 checkpoints have. */
  public static final int USUAL_GROUP = 128;

  /** Groups that vLLM has fast kernels for. */
  private static final List<Integer> FAST_GROUPS = List.of(32, 64, 128);

  /**
   * @throws IllegalArgumentException if the layout has no such scheme
   */
  public PackedScheme {
    boolean known =
        switch (granularity) {
          case Granularity.PerChannel() -> true;
          case Granularity.PerTensor() -> !element.isInteger();
          case Granularity.PerBlock(int ignored) -> element.isInteger();
          case Granularity.PerTile(int ignored, int alsoIgnored) -> false;
        };
    if (!known)
      throw new IllegalArgumentException(
          "granularity %s with %s: folders have %s"
              .formatted(
                  granularity.text(),
                  element.word(),
                  element.isInteger() ? "channel and block:N" : "channel and tensor"));
    if (!symmetric && !element.isInteger())
      throw new IllegalArgumentException(element.word() + " is always symmetric");
    if (range != CodeRange.USUAL && !(symmetric && element.isInteger()))
      throw new IllegalArgumentException("a restricted or full range is for symmetric integers");
    if (search instanceof ScaleSearch.WeightedError)
      throw new IllegalArgumentException(
          "search weighted-mse needs the model to be run, which is not done with folders");
    if (search.needsZeroPoint() && symmetric)
      throw new IllegalArgumentException("search %s needs asymmetric integers".formatted(search));
    if (granularity instanceof Granularity.PerTensor && !(search instanceof ScaleSearch.AbsMax))
      throw new IllegalArgumentException("search %s with one scale for a tensor".formatted(search));
    if (dynamic && element == Element.INT4)
      throw new IllegalArgumentException(
          "mode dynamic with int4: activations are quantized beside int8 and fp8-e4m3");
    if (dynamic && !symmetric)
      throw new IllegalArgumentException("mode dynamic with asymmetric weights");
    if (dynamic && granularity instanceof Granularity.PerBlock)
      throw new IllegalArgumentException(
          "mode dynamic with granularity %s: it has channel".formatted(granularity.text()));
    if (storage.isPresent() && !isPlain(storage.get()))
      throw new IllegalArgumentException(
          "scales %s: folders have float32, fp16 and bf16".formatted(storage.get()));
  }

  private static boolean isPlain(ScaleStorage storage) {
    return storage instanceof ScaleStorage.Float32
        || storage instanceof ScaleStorage.Float16
        || storage instanceof ScaleStorage.BFloat16;
  }

  /** What is asked for where only the element is said: int4 in groups of 128, else by channel. */
  public static PackedScheme usual(Element element) {
    return new PackedScheme(
        element,
        usualGranularity(element),
        true,
        CodeRange.USUAL,
        new ScaleSearch.AbsMax(),
        false,
        Optional.empty());
  }

  /** The granularity where none is asked for. */
  public static Granularity usualGranularity(Element element) {
    return element == Element.INT4
        ? new Granularity.PerBlock(USUAL_GROUP)
        : new Granularity.PerChannel();
  }

  CodeFormat format() {
    return element.isInteger()
        ? new IntegerGrid(element.dtype(), symmetric, range)
        : new ScaledNumbers(FloatFormat.E4M3);
  }

  /** Values that share a scale, of a row of so many. */
  long group(long columns) {
    return granularity instanceof Granularity.PerBlock(int size) ? size : columns;
  }

  CodeLayout layout(long rows, long columns) {
    return granularity instanceof Granularity.PerTensor
        ? CodeLayout.whole(rows * columns)
        : CodeLayout.rows(rows, columns, group(columns));
  }

  /** What the scales of weights of a type are stored as. */
  ScaleStorage storageFor(DType weights) {
    if (storage.isPresent()) return storage.get();
    if (!element.isInteger()) return new ScaleStorage.Float32();
    return switch (weights) {
      case FLOAT16 -> new ScaleStorage.Float16();
      case BFLOAT16 -> new ScaleStorage.BFloat16();
      default -> new ScaleStorage.Float32();
    };
  }

  /** Whether several codes lie in an INT32 of a file, and are no elements of their own. */
  boolean isPacked() {
    return element.isInteger() && !dynamic;
  }

  /** Codes in an INT32 of a file; 1 if codes are elements of their own. */
  int codesOfWord() {
    return isPacked() ? Integer.SIZE / element.bits() : 1;
  }

  /** The format's name in the layout. */
  String storedAs() {
    if (isPacked()) return "pack-quantized";
    return element.isInteger() ? "int-quantized" : "float-quantized";
  }

  /**
   * Why a matrix cannot have these codes; empty if it can. A last group or word that is not full is
   * what neither llm-compressor writes nor vLLM reads.
   */
  Optional<String> obstacle(long rows, long columns) {
    if (rows == 0 || columns == 0) return Optional.of("it has no values");
    if (granularity instanceof Granularity.PerBlock(int size) && columns % size != 0)
      return Optional.of("rows of %d values, not a multiple of %d".formatted(columns, size));
    if (columns % codesOfWord() != 0)
      return Optional.of(
          "rows of %d values, not a multiple of the %d in a word"
              .formatted(columns, codesOfWord()));
    if (!symmetric && rows % codesOfWord() != 0)
      return Optional.of(
          "%d rows, not a multiple of the %d zero points in a word".formatted(rows, codesOfWord()));
    return Optional.empty();
  }

  /** Whether vLLM has fast kernels for groups of this size. */
  boolean isFast() {
    return !(granularity instanceof Granularity.PerBlock(int size)) || FAST_GROUPS.contains(size);
  }
}
