package dev.halftone.kernels;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a thread needs again in its next call: the latest thing it made, and what that was made for.
 * A search that takes new memory for each call spends some 6 % of its time on clearing it and on
 * missing the cache. For the block sizes of GGUF that is some ten thousand bytes a thread and kind
 * of search. Thread-safe; the thing itself belongs to one thread.
 */
final class PerThread<K, T> {
  private final Function<K, T> maker;
  private final ThreadLocal<@Nullable Made<K, T>> latest = new ThreadLocal<>();

  private record Made<K, T>(K key, T thing) {}

  PerThread(Function<K, T> maker) {
    this.maker = maker;
  }

  T of(K key) {
    Made<K, T> made = latest.get();
    if (made == null || !made.key.equals(key)) {
      made = new Made<>(key, maker.apply(key));
      latest.set(made);
    }
    return made.thing;
  }
}
