package dev.halftone.data;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Samples with what is known about them.
 *
 * @param targets labels, or null when there are none
 * @param state model input to the model output that feeds it in the next sample; empty for models without state. The value in
 *     the sample is used where a sequence starts.
 * @param starts rows at which a sequence starts (state is taken from the sample); only meaningful with state, always holds 0 then
 * @param fingerprint SHA-256 (hex) over the bytes that the samples were read from, for provenance
 */
public record DataSet(
    Samples samples,
    @Nullable Targets targets,
    Task task,
    Map<String, String> state,
    java.util.Set<Integer> starts,
    String fingerprint) {
  public DataSet {
    state = Map.copyOf(state);
    starts = java.util.Set.copyOf(starts);
  }

  public int size() {
    return samples.size();
  }
}
