package dev.halftone.quantize.codes;

import java.util.List;

/**
 * What the codes of a weight's channels stand for: one format for all, or one for each group of
 * {@code channels} neighbours.
 */
record ChannelFormats(List<CodeFormat> formats, long channels) {
  ChannelFormats {
    formats = List.copyOf(formats);
  }

  /** One format. */
  static ChannelFormats all(CodeFormat format) {
    return new ChannelFormats(List.of(format), Long.MAX_VALUE);
  }

  CodeFormat of(long channel) {
    return formats.get((int) (channel / channels));
  }

  /** The first channel behind {@code channel} whose format may be another. */
  long end(long channel) {
    return channels == Long.MAX_VALUE ? channels : (channel / channels + 1) * channels;
  }
}
