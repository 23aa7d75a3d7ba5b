package dev.halftone.scheme;

/** Which values an adaptive codebook is fitted to. */
public sealed interface CodebookSharing {
  /** Each weight has a codebook of its own. */
  record Own() implements CodebookSharing {}

  /**
   * Each {@code channels} neighbouring output channels of a weight have a codebook of their own;
   * the last group may be smaller.
   */
  record Group(int channels) implements CodebookSharing {
    public Group {
      if (channels <= 0) throw new IllegalArgumentException("groups of " + channels + " channels");
    }
  }

  /** All weights of a model with codes of as many bits have one together. */
  record Shared() implements CodebookSharing {}

  /** What follows {@code codebook:4} in a format's name: nothing, {@code :group:64, :shared}. */
  default String suffix() {
    return switch (this) {
      case Own() -> "";
      case Group(int channels) -> ":group:" + channels;
      case Shared() -> ":shared";
    };
  }
}
