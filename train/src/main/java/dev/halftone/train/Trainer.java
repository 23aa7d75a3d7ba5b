package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.prune.PruneRequest;
import dev.halftone.runtime.Batches;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.fake.FakeQuantized.Rounding;
import dev.halftone.train.function.OpenBatch;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.optimize.Optimizer;
import dev.halftone.train.optimize.Schedule;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model that rounds as its file will. Everything random follows from the seed, and
 * libtorch computes on one thread, so that the same run gives the same bytes; also when it was
 * interrupted.
 */
public final class Trainer implements AutoCloseable {
  private final FakeQuantized model;
  private final DataSet data;
  private final TrainOptions options;
  private final Objective objective;
  private final Rows rows;
  private final KeptZeros zeros;
  private final @Nullable GradualPruning pruning;
  private final ChangedSamples shown;
  private final @Nullable List<Integer> labels;

  /** Of the model's answer; 0 where labels do not count. */
  private final int classes;

  private final boolean oneByOne;

  /** Whether a model for one sample was made to take several, if they are alike. */
  private final boolean opened;

  /** Samples that statistics are of. */
  private static final int MATCHED_SAMPLES = 256;

  private final TorchGraph student;
  private final TorchGraph original;
  private final MatchedStatistics statistics;
  private final Optimizer optimizer;
  private final Schedule schedule;

  /** Makes everything ready to imitate the float model. */
  public Trainer(FakeQuantized model, DataSet data, TrainOptions options) {
    this(model, model.floats(), data, options);
  }

  /**
   * Makes everything ready.
   *
   * @param teacher the float model to imitate; of the same inputs and outputs
   * @throws UnsupportedModelException if {@link Demands#check} refuses, or zeros are to stay in a
   *     format that has none
   */
  public Trainer(FakeQuantized model, Model teacher, DataSet data, TrainOptions options) {
    Demands.check(model.floats(), teacher, data, options);
    this.model = model;
    this.data = data;
    this.options = options;
    this.rows = Rows.of(data.size(), options);
    this.shown = new ChangedSamples(data, options);
    this.labels = LabelledClasses.of(data);
    this.zeros = KeptZeros.of(model, options.zeros());
    PruneRequest wanted = options.pruning();
    requireZero(model, zeros.masks()::containsKey, ", or --no-keep-zeros trains them");
    if (wanted != null) requireZero(model, all -> true, ", and a codebook after 'halftone prune'");
    this.pruning = wanted == null ? null : new GradualPruning(model, wanted, options.epochs());
    long steps = Math.max(1, (long) options.epochs() * rows.steps(options));
    this.schedule = new Schedule(options.rate(), (long) (steps * options.warmUp()), steps);
    boolean one = Demands.takesOne(model.floats());
    this.oneByOne =
        one && !(TriedBatch.gives(model.floats(), data) && TriedBatch.gives(teacher, data));
    this.opened = one && !oneByOne;
    List<TorchGraph> graphs = new ArrayList<>();
    try {
      graphs.add(TorchGraph.of(batched(model.model()), parameterNames()));
      this.student = graphs.getFirst();
      graphs.add(TorchGraph.of(batched(teacher), List.of()));
      this.original = graphs.getLast();
      this.statistics = new MatchedStatistics(model, teacher, student, original);
      this.objective = objective(teacher);
      this.classes = options.labelShare() > 0 ? Demands.classes(objective, original, data) : 0;
      this.optimizer =
          new Optimizer(
              options.method(),
              options.decay(),
              options.longest(),
              options.averaged() * rows.steps(options),
              Parameters.of(model, student, options, zeros, sizes()));
    } catch (RuntimeException | Error e) {
      graphs.forEach(TorchGraph::close);
      throw e;
    }
  }

  private Model batched(Model exported) {
    return opened ? OpenBatch.of(exported) : exported;
  }

  private Objective objective(Model teacher) {
    Map<String, Tensor> sample = data.samples().get(0);
    SampleTypes ours = new SampleTypes(student, sample);
    SampleTypes theirs = new SampleTypes(original, sample);
    return Objective.of(model.model(), ours, teacher, theirs, data.task(), options);
  }

  private static void requireZero(FakeQuantized model, Predicate<String> pruned, String otherwise) {
    model
        .withoutZero(pruned)
        .ifPresent(
            weight -> {
              throw new UnsupportedModelException(
                  "weight " + weight,
                  "pruned weights shall be zero, and its numbers have no zero; int2 to int8,"
                      + " fp8-e4m3, fp4-e2m1, log4 and nf4 have one"
                      + otherwise);
            });
  }

  private List<String> parameterNames() {
    List<String> names = new ArrayList<>(model.weights());
    names.addAll(model.scales());
    if (options.zeroPoints() == ZeroPoints.LEARNED)
      model.zeroPoints().forEach(zeroPoint -> names.add(zeroPoint.name()));
    return names;
  }

  /** Elements of what is rounded, for one sample. */
  private Map<String, Long> sizes() {
    List<String> values =
        model.roundings().stream()
            .map(Rounding::value)
            .filter(value -> !student.parameters().containsKey(value))
            .distinct()
            .toList();
    Map<String, Long> sizes = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      student
          .run(TorchTensors.of(data.samples().get(0)), values)
          .forEach((name, value) -> sizes.put(name, value.numel()));
    }
    return sizes;
  }

  /** Hears of each epoch. */
  public interface Listener {
    /** Nobody listens. */
    Listener NONE = new Listener() {};

    default void step(long done, long all) {}

    default void epoch(Epoch epoch) {}
  }

  /**
   * Trains.
   *
   * @param checkpoint written after each epoch, and gone on from when it is there; null for none
   * @param run what tells this training from others that might have written the checkpoint
   * @throws DivergedException if the loss is no number any more
   * @throws MalformedModelException if the checkpoint is another run's
   */
  public Training train(@Nullable Path checkpoint, String run, Listener listener) {
    Snapshot earlier = checkpoint == null ? null : earlier(checkpoint, run);
    List<Epoch> curve = new ArrayList<>();
    Map<String, Tensor> best;
    long steps = 0;
    if (earlier == null) {
      match(0);
      curve.add(judge(0, Double.NaN));
      listener.epoch(curve.getFirst());
      best = parameters();
    } else {
      curve.addAll(earlier.curve());
      best = earlier.best();
      steps = earlier.steps();
      restore(earlier);
    }
    int resumed = curve.size() - 1;
    for (int epoch = curve.size(); epoch <= options.epochs() && !isStuck(curve); epoch++) {
      double sum = 0;
      if (!prune(epoch)) throw diverged(epoch, steps, training(best, curve, resumed), List.of());
      List<List<Integer>> batches = rows.batches(epoch, options);
      for (List<Integer> batch : batches) {
        double loss = step(batch, epoch);
        if (!Double.isFinite(loss) || !optimizer.step(schedule.at(steps)))
          throw diverged(epoch, steps, training(best, curve, resumed), batch);
        steps++;
        sum += loss;
        listener.step(steps, (long) options.epochs() * batches.size());
      }
      match(epoch);
      optimizer.exchangeMeans();
      Epoch judged = judge(epoch, sum / batches.size());
      if (!optimizer.isFinite()
          || !rows.heldOut().isEmpty() && !Double.isFinite(judged.heldOutLoss()))
        throw diverged(epoch, steps, training(best, curve, resumed), rows.heldOut());
      curve.add(judged);
      if (best(curve) == epoch) best = parameters();
      optimizer.exchangeMeans();
      if (checkpoint != null)
        new Snapshot(parameters(), best, optimizer.memory(), curve, steps).write(checkpoint, run);
      listener.epoch(judged);
    }
    return training(best, curve, resumed);
  }

  /**
   * @param seen rows of the samples that it came to light with
   */
  private DivergedException diverged(int epoch, long step, Training soFar, List<Integer> seen) {
    return new DivergedException(epoch, step, soFar, NoNumbers.in(data.samples(), seen));
  }

  private @Nullable Snapshot earlier(Path checkpoint, String run) {
    Snapshot found = Snapshot.read(checkpoint, run);
    if (found != null)
      found.requireLike(checkpoint, parameters(), optimizer.memory(), rows.steps(options));
    return found;
  }

  /** Gives layers the original's statistics, in the first epochs. */
  private void match(int epoch) {
    if (options.matched() > 0 && epoch <= options.matched()) statistics.match(this::eachForMatch);
  }

  private void eachForMatch(Consumer<Map<String, Tensor>> batch) {
    for (List<Integer> some : rows.spread(MATCHED_SAMPLES, options)) {
      List<Map<String, Tensor>> samples = samples(some);
      if (goTogether(samples)) batch.accept(joined(samples));
      else samples.forEach(batch);
    }
  }

  private List<Map<String, Tensor>> samples(List<Integer> batch) {
    return batch.stream().map(row -> data.samples().get(row)).toList();
  }

  /** Makes zero what is to be in an epoch; not if weights are no numbers any more. */
  private boolean prune(int epoch) {
    if (pruning == null) return true;
    try {
      optimizer.mask(zeros.and(pruning.masks(epoch, parameters())));
      return true;
    } catch (MalformedModelException e) {
      return false;
    }
  }

  private Training training(Map<String, Tensor> best, List<Epoch> curve, int resumed) {
    boolean sparse = pruning != null || zeros.zeros() > 0;
    double sparsity = sparse ? KeptZeros.share(model, best) : 0;
    return new Training(
        best, best(curve), curve, resumed, sparsity, zeros.zeros(), objective.unlike());
  }

  private void restore(Snapshot earlier) {
    earlier
        .current()
        .forEach(
            (name, value) ->
                TorchTensors.fill(
                    Objects.requireNonNull(student.parameters().get(name), name), value));
    optimizer.restore(earlier.memory(), earlier.steps());
  }

  private boolean isStuck(List<Epoch> curve) {
    return options.patience() > 0 && curve.size() - 1 - best(curve) >= options.patience();
  }

  /**
   * The epoch with the least loss, the first of several; 0 counts only where it was judged. Where
   * weights become zero, none before all have, or the last until then.
   */
  private int best(List<Epoch> curve) {
    int first = pruning == null ? 0 : GradualPruning.rising(options.epochs());
    int best = Math.min(first, curve.size() - 1);
    for (int i = best + 1; i < curve.size(); i++) {
      double least = curve.get(best).loss();
      if (Double.isNaN(least) || curve.get(i).loss() < least) best = i;
    }
    return best;
  }

  /** Adds a batch's gradients, and gives its loss. */
  private double step(List<Integer> batch, int epoch) {
    List<MixedSample> samples = shown.of(batch, epoch);
    List<Map<String, Tensor>> inputs = samples.stream().map(MixedSample::inputs).toList();
    if (goTogether(inputs)) return gradients(joined(inputs), samples, 1);
    double sum = 0;
    for (MixedSample sample : samples)
      sum += gradients(sample.inputs(), List.of(sample), samples.size());
    return sum;
  }

  private boolean goTogether(List<Map<String, Tensor>> samples) {
    return !oneByOne && (!opened || Batches.joinable(samples));
  }

  private static Map<String, Tensor> joined(List<Map<String, Tensor>> samples) {
    if (!Batches.joinable(samples))
      throw new UnsupportedModelException(
          "data", "samples differ in shape, and cannot be in one batch");
    return Batches.join(samples);
  }

  private double gradients(Map<String, Tensor> inputs, List<MixedSample> samples, int parts) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope()) {
      org.bytedeco.pytorch.Tensor loss =
          loss(TorchTensors.of(inputs), samples).div(new Scalar(parts));
      double value = loss.item_double();
      if (Double.isFinite(value)) loss.backward();
      return value;
    }
  }

  private org.bytedeco.pytorch.Tensor loss(
      Map<String, org.bytedeco.pytorch.Tensor> inputs, List<MixedSample> samples) {
    Map<String, org.bytedeco.pytorch.Tensor> wanted = original(inputs);
    return objective.trainingLoss(student.run(inputs, objective.student()), wanted, mixed(samples));
  }

  private Map<String, org.bytedeco.pytorch.Tensor> original(
      Map<String, org.bytedeco.pytorch.Tensor> inputs) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return original.run(inputs, objective.original());
    }
  }

  private org.bytedeco.pytorch.@Nullable Tensor mixed(List<MixedSample> samples) {
    if (!options.augmentation().mixes())
      return labels(samples.stream().map(MixedSample::row).toList());
    if (labels == null || options.labelShare() == 0) return null;
    return TorchTensors.of(LabelledClasses.mixed(labels, samples, classes));
  }

  private org.bytedeco.pytorch.@Nullable Tensor labels(List<Integer> batch) {
    if (labels == null || options.labelShare() == 0) return null;
    long[] own = new long[batch.size()];
    for (int i = 0; i < own.length; i++) own[i] = labels.get(batch.get(i));
    return TorchTensors.of(Tensor.ofLongs(own, own.length));
  }

  private Epoch judge(int number, double trainLoss) {
    HeldOut sums = new HeldOut();
    for (List<Integer> batch : rows.judged(options)) {
      List<Map<String, Tensor>> samples = samples(batch);
      if (goTogether(samples)) {
        judge(joined(samples), batch, sums);
        continue;
      }
      for (int i = 0; i < samples.size(); i++) judge(samples.get(i), batch.subList(i, i + 1), sums);
    }
    return sums.epoch(number, trainLoss);
  }

  private void judge(Map<String, Tensor> inputs, List<Integer> batch, HeldOut sums) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, org.bytedeco.pytorch.Tensor> fed = TorchTensors.of(inputs);
      Map<String, org.bytedeco.pytorch.Tensor> theirs = original(fed);
      Map<String, org.bytedeco.pytorch.Tensor> ours = student.run(fed, objective.student());
      sums.addLoss(objective.loss(ours, theirs, labels(batch)).item_double(), batch.size());
      Objective.Output answer = objective.classes();
      if (answer == null) return;
      long[] found = top(answer.rows(Objects.requireNonNull(ours.get(answer.student()))));
      long[] wanted = top(answer.rows(Objects.requireNonNull(theirs.get(answer.original()))));
      sums.addAnswers(
          found, wanted, labels == null ? null : batch.stream().map(labels::get).toList());
    }
  }

  private static long[] top(org.bytedeco.pytorch.Tensor rows) {
    return TorchTensors.longs(rows.argmax(new org.bytedeco.pytorch.LongOptional(1), false));
  }

  private Map<String, Tensor> parameters() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    student.parameters().forEach((name, value) -> copies.put(name, TorchTensors.copy(value)));
    return copies;
  }

  @Override
  public void close() {
    optimizer.close();
    student.close();
    original.close();
  }
}
