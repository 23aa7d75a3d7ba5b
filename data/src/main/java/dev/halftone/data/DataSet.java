package dev.halftone.data;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Samples with what is known about them. */
public final class DataSet {
  private final Samples samples;
  private final @Nullable Targets targets;
  private final Task task;
  private final Map<String, String> state;
  private final Set<Integer> starts;
  private final List<String> warnings;
  private final Supplier<String> hashing;
  private volatile @Nullable String fingerprint;

  /**
   * @param hashing computes the fingerprint when it is first asked for
   * @throws IllegalArgumentException if there are targets, but not one for each sample
   */
  public DataSet(
      Samples samples,
      @Nullable Targets targets,
      Task task,
      Map<String, String> state,
      Set<Integer> starts,
      List<String> warnings,
      Supplier<String> hashing) {
    if (targets != null && targets.size() != samples.size()) {
      throw new IllegalArgumentException(
          "%d targets for %d samples".formatted(targets.size(), samples.size()));
    }
    this.samples = samples;
    this.targets = targets;
    this.task = task;
    this.state = Map.copyOf(state);
    this.starts = Set.copyOf(starts);
    this.warnings = List.copyOf(warnings);
    this.hashing = hashing;
  }

  /** Samples of a program's own making. */
  public DataSet(
      Samples samples,
      @Nullable Targets targets,
      Task task,
      Map<String, String> state,
      Set<Integer> starts,
      String fingerprint) {
    this(samples, targets, task, state, starts, List.of(), () -> fingerprint);
  }

  public int size() {
    return samples.size();
  }

  public Samples samples() {
    return samples;
  }

  /**
   * How many of these samples {@code others} has too: the same rows of the same files. 0 where
   * samples of a program's own making are among them, since nobody knows.
   */
  public int shared(DataSet others) {
    return samples instanceof FittedSamples own && others.samples instanceof FittedSamples theirs
        ? own.shared(theirs)
        : 0;
  }

  /** One entry for each sample, or null when nothing is known. */
  public @Nullable Targets targets() {
    return targets;
  }

  public Task task() {
    return task;
  }

  /**
   * Model input to the model output that feeds it in the next sample; empty for models without
   * state. The value in the sample is used where a sequence starts.
   */
  public Map<String, String> state() {
    return state;
  }

  /**
   * Samples at which a sequence starts, so that state is taken from the sample; holds 0 when there
   * is state, and is empty when there is none.
   */
  public Set<Integer> starts() {
    return starts;
  }

  /** What was guessed, in plain words for the user. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * SHA-256 (hex) over the files that the samples were read from: name, size and bytes of each.
   * Where each sample has a file of its own, only those of the rows taken. Computed once, when
   * first asked for. Of which rows were taken and how they were fitted to the model it tells
   * nothing; {@link #contents} does.
   *
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known = hashing.get();
      fingerprint = known;
    }
    return known;
  }

  /**
   * SHA-256 (hex) over the samples in their order, as models get them, with what is known of each
   * and the task: rows, preprocessing, labels and their offset all change it. Reads every sample,
   * one at a time, whenever it is asked for.
   *
   * @throws dev.halftone.graph.MalformedDataException if a sample cannot be read
   */
  public String contents() {
    return Fingerprint.ofContents(this);
  }
}
