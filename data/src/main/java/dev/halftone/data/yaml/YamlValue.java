package dev.halftone.data.yaml;

import java.util.LinkedHashMap;
import java.util.List;

/** A value of a YAML file and the line that it starts on, counted from 1. */
sealed interface YamlValue {
  int line();

  /** What was found, in a few words for a message. */
  String found();

  /** A single value; null and an empty value are the text {@code null}. */
  record Scalar(String text, int line) implements YamlValue {
    @Override
    public String found() {
      return "\"" + text + "\"";
    }
  }

  record Sequence(List<YamlValue> values, int line) implements YamlValue {
    public Sequence {
      values = List.copyOf(values);
    }

    @Override
    public String found() {
      return "a list";
    }
  }

  /** Keys in the order of the file. */
  record Mapping(LinkedHashMap<String, YamlValue> entries, int line) implements YamlValue {
    @Override
    public String found() {
      return "a mapping";
    }
  }
}
