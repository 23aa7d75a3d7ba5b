package dev.halftone.evaluate.detect;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Turns the raw outputs of a kind of detector into boxes. Found by {@link ServiceLoader}; must be
 * stateless.
 */
public interface BoxDecoder {
  /** What a data description calls it. */
  String name();

  /**
   * The boxes of one photo, after whatever suppression the detector asks for.
   *
   * @param options from the data description, as written there
   * @throws IllegalArgumentException if an option is unknown or out of range, or the outputs are
   *     not those of such a detector
   */
  List<Detection> decode(RawPrediction prediction, Map<String, String> options);

  /**
   * The decoder of that name.
   *
   * @throws IllegalArgumentException if there is none; the message names those there are
   */
  static BoxDecoder named(String name) {
    List<BoxDecoder> all =
        ServiceLoader.load(BoxDecoder.class, BoxDecoder.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    return all.stream()
        .filter(decoder -> decoder.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no box decoder \"%s\", there is %s".formatted(name, names(all))));
  }

  private static String names(List<BoxDecoder> all) {
    return all.stream().map(BoxDecoder::name).sorted().collect(Collectors.joining(", "));
  }
}
