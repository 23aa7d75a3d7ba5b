package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.kernels.Kernels;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a result came to be with, besides model and recipe.
 *
 * @param jdk version of the Java runtime
 * @param kernels how the numeric loops were run: vector width changes nothing in the results, but
 *     the record says which it was
 * @param calibration samples that ranges were taken from, or null
 * @param evaluation samples that the model was judged by, or null
 */
public record Provenance(
    long seed,
    int threads,
    String jdk,
    String os,
    String architecture,
    String cpu,
    String kernels,
    String onnxRuntime,
    @Nullable SamplesUsed calibration,
    @Nullable SamplesUsed evaluation) {

  /** Which samples, by the SHA-256 of the bytes that they were read from, and how many. */
  public record SamplesUsed(String fingerprint, int samples) {
    static @Nullable SamplesUsed of(@Nullable DataSet data) {
      return data == null ? null : new SamplesUsed(data.fingerprint(), data.size());
    }

    private Map<String, Object> fields() {
      return Map.of("fingerprint", fingerprint, "samples", samples);
    }
  }

  /** This machine and this JVM. */
  public static Provenance here(
      long seed, int threads, @Nullable DataSet calibration, @Nullable DataSet evaluation) {
    Cpu cpu = Cpu.detect();
    return new Provenance(
        seed,
        threads,
        javaRuntime(),
        System.getProperty("os.name"),
        cpu.architecture(),
        cpu.model(),
        Kernels.provider(),
        Versions.onnxRuntime(),
        SamplesUsed.of(calibration),
        SamplesUsed.of(evaluation));
  }

  static String javaRuntime() {
    return System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version");
  }

  Map<String, Object> fields() {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("seed", seed);
    fields.put("threads", threads);
    fields.put("jdk", jdk);
    fields.put("os", os);
    fields.put("arch", architecture);
    fields.put("cpu", cpu);
    fields.put("kernels", kernels);
    fields.put("onnxruntime", onnxRuntime);
    if (calibration != null) fields.put("calibration", calibration.fields());
    if (evaluation != null) fields.put("evaluation", evaluation.fields());
    return fields;
  }
}
