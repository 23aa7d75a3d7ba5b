package dev.halftone.quantize.codes;

import dev.halftone.number.LevelFormat;
import dev.halftone.scheme.CodebookSharing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Fits the levels of codebooks to weights whose scales are known: weighted k-means on the line (Han
 * et al., "Deep Compression", arXiv 1510.00149, section 3), from the integers on, in {@code sum
 * importance (w - scale L)^2}. {@link WeightedBins} has the steps. Weights are read once; each part
 * of a codebook is summed by one thread in the order of the weight, and parts are added in the
 * order of the weights, so that nothing depends on the number of threads.
 */
final class CodebookFit {
  private final Map<Object, Book> books = new LinkedHashMap<>();

  private CodebookFit() {}

  /**
   * Gives the targets of adaptive codebooks the formats that fit best.
   *
   * @param targets by request, with the scales that are stored
   */
  static void fit(List<CodeRequest> requests, List<EncodingTarget> targets, int threads) {
    CodebookFit fit = new CodebookFit();
    List<List<Book>> ofRequest = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++)
      ofRequest.add(
          isAdaptive(requests.get(i))
              ? fit.books(requests.get(i), targets.get(i).scales())
              : List.of());
    fit.books.values().forEach(Book::close);
    List<Workers.Task> tasks = new ArrayList<>();
    fit.books.values().forEach(book -> tasks.addAll(book.tasks()));
    Workers.run(tasks, threads);
    for (int i = 0; i < requests.size(); i++) {
      if (ofRequest.get(i).isEmpty()) continue;
      List<CodeFormat> formats = ofRequest.get(i).stream().map(Book::fitted).toList();
      targets.get(i).settle(new ChannelFormats(formats, channels(requests.get(i))));
    }
  }

  /** Whether levels are to be fitted. */
  static boolean isAdaptive(CodeRequest request) {
    return request.format() instanceof ScaledNumbers numbers && numbers.sharing() != null;
  }

  /** Channels that have a codebook in common. */
  private static long channels(CodeRequest request) {
    return request.format() instanceof ScaledNumbers numbers
            && numbers.sharing() instanceof CodebookSharing.Group(int channels)
        ? channels
        : Long.MAX_VALUE;
  }

  /** How many codebooks a weight has. */
  static int count(CodeRequest request) {
    long channels = request.layout().channels();
    return Math.toIntExact(Math.ceilDiv(channels, Math.min(channels, channels(request))));
  }

  /** The codebooks of a weight, in the order of its channels. */
  private List<Book> books(CodeRequest request, float[] scales) {
    ScaledNumbers start = (ScaledNumbers) request.format();
    boolean shared = start.sharing() instanceof CodebookSharing.Shared;
    long channels = request.layout().channels();
    long group = Math.min(channels, channels(request));
    List<Book> own = new ArrayList<>();
    for (long first = 0; first < channels; first += group) {
      Object key = shared ? start : new Object();
      Book book = books.computeIfAbsent(key, unused -> new Book(start));
      book.parts.add(new ChannelNumbers(request, scales, first, Math.min(channels, first + group)));
      own.add(book);
    }
    return own;
  }

  /** One codebook and what it is for. */
  private static final class Book {
    private final ScaledNumbers start;
    private final List<ChannelNumbers> parts = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private @Nullable WeightedBins[] sums = {};
    private @Nullable ScaledNumbers fitted;

    Book(ScaledNumbers start) {
      this.start = start;
    }

    /** No more parts. */
    void close() {
      sums = new WeightedBins[parts.size()];
      open.set(parts.size());
    }

    /** A task for each part; the last to end fits the levels. */
    List<Workers.Task> tasks() {
      List<Workers.Task> tasks = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        int part = i;
        tasks.add(
            scratch -> {
              WeightedBins bins = new WeightedBins(start.bits());
              parts.get(part).addTo(bins, scratch);
              sums[part] = bins;
              if (open.decrementAndGet() == 0) fit();
            });
      }
      return tasks;
    }

    private void fit() {
      WeightedBins all = new WeightedBins(start.bits());
      for (WeightedBins part : sums) all.add(Objects.requireNonNull(part));
      sums = new WeightedBins[0];
      fitted = start.fitted(all.fit(((LevelFormat) start.numbers()).levels()));
    }

    CodeFormat fitted() {
      return Objects.requireNonNull(fitted);
    }
  }
}
