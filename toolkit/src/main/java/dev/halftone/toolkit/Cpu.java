package dev.halftone.toolkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A processor, as far as the choice of number formats depends on it.
 *
 * @param architecture {@code x86-64}, {@code arm64}, or what the JVM calls it
 * @param model as the system names it, empty when it does not
 * @param features instruction set extensions in Linux's spelling; empty where they cannot be seen
 */
public record Cpu(String architecture, String model, Set<String> features) {
  private static final Path LINUX = Path.of("/proc/cpuinfo");

  /**
   * Extensions that multiply 8-bit integers into 32-bit sums without an intermediate that saturates
   * at 16 bits.
   */
  private static final Set<String> VNNI =
      Set.of("avx512_vnni", "avx_vnni", "avx_vnni_int8", "amx_int8");

  public Cpu {
    features = Set.copyOf(features);
  }

  /** The processor that this JVM runs on; only Linux says which extensions it has. */
  public static Cpu detect() {
    String text = "";
    if (Files.isReadable(LINUX)) {
      try {
        text = Files.readString(LINUX);
      } catch (IOException e) {
        // Not readable after all: the same as a system without the file.
        text = "";
      }
    }
    return parse(System.getProperty("os.arch"), text);
  }

  /** The first processor described in the text of {@code /proc/cpuinfo}. */
  static Cpu parse(String jvmArchitecture, String cpuinfo) {
    String architecture =
        switch (jvmArchitecture.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64", "x86-64" -> "x86-64";
          case "aarch64", "arm64" -> "arm64";
          default -> jvmArchitecture;
        };
    Set<String> features =
        field(cpuinfo, "flags").or(() -> field(cpuinfo, "Features")).stream()
            .flatMap(line -> Arrays.stream(line.split("\\s+", -1)))
            .filter(feature -> !feature.isEmpty())
            .collect(Collectors.toSet());
    return new Cpu(architecture, field(cpuinfo, "model name").orElse(""), features);
  }

  private static Optional<String> field(String cpuinfo, String key) {
    return cpuinfo
        .lines()
        .filter(
            line -> line.contains(":") && line.substring(0, line.indexOf(':')).strip().equals(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  public boolean isX86() {
    return architecture.equals("x86-64");
  }

  public boolean isArm64() {
    return architecture.equals("arm64");
  }

  /** Whether 8-bit products are summed without saturating in between. */
  public boolean hasVnni() {
    return features.stream().anyMatch(VNNI::contains);
  }

  /** Whether it multiplies tiles of 8-bit integers. */
  public boolean hasAmx() {
    return features.contains("amx_int8");
  }

  /** The extensions that matter to integer and half-precision speed, sorted. */
  public Set<String> notableFeatures() {
    Set<String> notable = new TreeSet<>(features);
    notable.removeIf(
        feature ->
            !VNNI.contains(feature)
                && !feature.startsWith("amx")
                && !Set.of(
                        "avx2",
                        "avx512f",
                        "avx512_bf16",
                        "avx512_fp16",
                        "f16c",
                        "asimd",
                        "asimddp",
                        "i8mm",
                        "sve",
                        "bf16",
                        "asimdhp")
                    .contains(feature));
    return notable;
  }
}
