package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Metadata on its way, in order. A key that comes again keeps its place. */
final class Keys {
  private final SequencedMap<String, MetadataValue> all = new LinkedHashMap<>();

  Keys add(String key, MetadataValue value) {
    all.put(key, value);
    return this;
  }

  Keys add(String key, int value) {
    return add(key, MetadataValue.of(ValueType.UINT32, value));
  }

  Keys add(String key, double value) {
    return add(key, MetadataValue.of((float) value));
  }

  Keys add(String key, boolean value) {
    return add(key, MetadataValue.of(value));
  }

  Keys add(String key, String value) {
    return add(key, MetadataValue.of(value));
  }

  void addIfAbsent(String key, boolean value) {
    all.putIfAbsent(key, MetadataValue.of(value));
  }

  void addIfAbsent(String key, int value) {
    all.putIfAbsent(key, MetadataValue.of(ValueType.UINT32, value));
  }

  Keys texts(String key, List<String> values) {
    return add(
        key,
        MetadataValue.array(
            ValueType.STRING, values.stream().map(text -> MetadataValue.of(text)).toList()));
  }

  SequencedMap<String, MetadataValue> all() {
    return all;
  }
}
