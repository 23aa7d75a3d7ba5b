package dev.halftone.llm.huggingface;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.huggingface.Vocabulary.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pieces of a tokenizer.model, in order. Source: sentencepiece_model.proto: a ModelProto has
 * pieces as field 1 (piece 1, score 2, type 3), a TrainerSpec as field 2 (model_type 3) and a
 * NormalizerSpec as field 3 (precompiled_charsmap 2, add_dummy_prefix 3, remove_extra_whitespaces
 * 4).
 *
 * @param unigram what text of a unigram model is made to be before; empty of one of byte pairs
 */
record SentencePieces(List<Piece> pieces, Optional<SpaceKeys> unigram) {
  private static final long LARGEST = 400_000_000;

  /** Byte-pair encoding, of the kinds of model that there are; unigram is what is not said. */
  private static final long PAIRS = 2;

  private static final long UNIGRAM = 1;

  record Piece(String text, float score, Kind kind) {}

  SentencePieces {
    pieces = List.copyOf(pieces);
  }

  /**
   * @throws MalformedModelException if it is no such file: names the byte
   * @throws UnsupportedModelException if the model is neither of byte pairs nor unigram
   */
  static SentencePieces read(Path file) {
    Wire wire = new Wire(file, bytes(file));
    List<Piece> pieces = new ArrayList<>();
    long kind = UNIGRAM;
    Wire normalizer = new Wire(file, new byte[0]);
    while (wire.next()) {
      if (wire.is(1)) pieces.add(piece(wire.message()));
      else if (wire.is(2)) kind = modelKind(wire.message());
      else if (wire.is(3)) normalizer = wire.message();
      else wire.skip();
    }
    if (kind != PAIRS && kind != UNIGRAM)
      throw new UnsupportedModelException(
          file, "a sentencepiece model of type %d, expected byte pairs or unigram".formatted(kind));
    if (pieces.isEmpty()) throw new MalformedModelException(file, "no pieces");
    return new SentencePieces(
        pieces, kind == UNIGRAM ? Optional.of(spaces(normalizer)) : Optional.empty());
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > LARGEST)
        throw new MalformedModelException(
            file, "%d bytes, expected at most %d".formatted(size, LARGEST));
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static long modelKind(Wire wire) {
    long kind = UNIGRAM;
    while (wire.next()) {
      if (wire.is(3)) kind = wire.number();
      else wire.skip();
    }
    return kind;
  }

  private static SpaceKeys spaces(Wire wire) {
    boolean prefixed = true;
    boolean joined = true;
    byte[] letters = new byte[0];
    while (wire.next()) {
      if (wire.is(2)) letters = wire.bytes();
      else if (wire.is(3)) prefixed = wire.number() != 0;
      else if (wire.is(4)) joined = wire.number() != 0;
      else wire.skip();
    }
    return new SpaceKeys(prefixed, joined, letters);
  }

  private static Piece piece(Wire wire) {
    String text = "";
    float score = 0;
    Kind kind = Kind.NORMAL;
    while (wire.next()) {
      if (wire.is(1)) text = wire.text();
      else if (wire.is(2)) score = wire.real();
      else if (wire.is(3)) kind = kind(wire);
      else wire.skip();
    }
    return new Piece(text, score, kind);
  }

  private static Kind kind(Wire wire) {
    long number = wire.number();
    return switch ((int) Math.clamp(number, -1, Integer.MAX_VALUE)) {
      // What the user defined is told by other files, and counts as normal here.
      case 1, 4 -> Kind.NORMAL;
      case 2 -> Kind.UNKNOWN;
      case 3 -> Kind.CONTROL;
      case 5 -> Kind.UNUSED;
      case 6 -> Kind.BYTE;
      default -> throw wire.malformed("a piece of type " + number);
    };
  }

  /** Number of the piece that stands for what there is no piece for. */
  Optional<Integer> unknown() {
    for (int i = 0; i < pieces.size(); i++)
      if (pieces.get(i).kind() == Kind.UNKNOWN) return Optional.of(i);
    return Optional.empty();
  }

  /** The pieces as a vocabulary of {@code size} tokens; those beyond are left out. */
  Vocabulary vocabulary(int size) {
    Vocabulary vocabulary =
        new Vocabulary(unigram.isEmpty() ? "llama" : Unigrams.MODEL, "default", size, List.of());
    for (int i = 0; i < Math.min(size, pieces.size()); i++) {
      Piece piece = pieces.get(i);
      vocabulary.put(i, piece.text(), piece.score(), piece.kind());
    }
    return vocabulary;
  }
}
