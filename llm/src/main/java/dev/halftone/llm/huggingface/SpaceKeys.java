package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * What GGUF's readers do not know of a unigram model without being told: what its pieces are looked
 * for in, and which stands for what there is no piece for.
 *
 * @param prefixed whether a text gets a space before it
 * @param joined whether several spaces become one
 * @param letters SentencePiece's table of what letters become; empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // It is on its way from one file to another.
record SpaceKeys(boolean prefixed, boolean joined, byte[] letters) {
  void add(Keys keys) {
    keys.add("tokenizer.ggml.add_space_prefix", prefixed);
    keys.add("tokenizer.ggml.remove_extra_whitespaces", joined);
    if (letters.length == 0) return;
    List<MetadataValue> bytes = new ArrayList<>();
    for (byte one : letters) bytes.add(MetadataValue.of(ValueType.UINT8, one & 0xFF));
    keys.add("tokenizer.ggml.precompiled_charsmap", MetadataValue.array(ValueType.UINT8, bytes));
  }
}
