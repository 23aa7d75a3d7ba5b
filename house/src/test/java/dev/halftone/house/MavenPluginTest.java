package dev.halftone.house;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.house.Checkout.Outcome;
import dev.halftone.house.Checkout.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example project with the Maven plugin, built by the Maven and with the files that built this:
 * offline, with {@code JAVA_HOME} unset and whatever {@code java} Maven runs on.
 */
@DisabledOnOs(OS.WINDOWS)
@Tag("packaged")
final class MavenPluginTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String VERSION = "0.1.0-SNAPSHOT";

  @TempDir static Path shared;
  private static final Path NONE = Path.of("none");
  private static Path repository = NONE;
  private static Path maven = NONE;

  @TempDir Path folder;
  private Path project;

  /** All that is in the local repository, by links, and what this build has made. */
  @BeforeAll
  static void fillRepository() throws IOException {
    maven = Path.of(System.getProperty("halftone.maven.home", "none"), "bin", "mvn");
    assertThat(maven).as("the Maven that runs this test").isExecutable();
    repository = Files.createDirectories(shared.resolve("repository"));
    link(Path.of(System.getProperty("halftone.maven.repository", "none")), repository);
    installPom("halftone", ROOT.resolve("pom.xml"));
    for (Path module : modules()) {
      String name = "halftone-" + module.getFileName();
      Optional<Path> jar = jar(module, name);
      assertThat(jar).as(name + ".jar, which mvn package makes").isPresent();
      Path place = installPom(name, module.resolve("pom.xml"));
      Files.createSymbolicLink(place.resolve(jar.get().getFileName()), jar.get());
    }
  }

  private static void link(Path from, Path to) throws IOException {
    try (Stream<Path> groups = Files.list(from)) {
      for (Path group : (Iterable<Path>) groups::iterator) {
        if (!group.endsWith("dev"))
          Files.createSymbolicLink(to.resolve(group.getFileName()), group);
      }
    }
  }

  /** Takes away the links, which lead out of the temporary folder. */
  @AfterAll
  static void emptyRepository() throws IOException {
    if (repository.equals(NONE)) return;
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isSymbolicLink)::iterator)
        Files.delete(file);
    }
  }

  private static List<Path> modules() throws IOException {
    List<Path> modules = new ArrayList<>();
    try (Stream<Path> folders = Files.list(ROOT)) {
      folders
          .filter(module -> Files.exists(module.resolve("pom.xml")))
          .filter(module -> !List.of("bench", "house").contains(module.getFileName().toString()))
          .forEach(modules::add);
    }
    assertThat(modules).hasSizeGreaterThan(10);
    return modules;
  }

  private static Optional<Path> jar(Path module, String name) {
    return Stream.of("target", "target/app")
        .map(target -> module.resolve(target).resolve("%s-%s.jar".formatted(name, VERSION)))
        .filter(Files::exists)
        .findFirst();
  }

  private static Path installPom(String name, Path pom) throws IOException {
    Path place = repository.resolve("dev/halftone").resolve(name).resolve(VERSION);
    Files.createDirectories(place);
    Files.copy(pom, place.resolve("%s-%s.pom".formatted(name, VERSION)));
    return place;
  }

  @BeforeEach
  void copyExample() throws IOException {
    project = Files.createDirectories(folder.resolve("an example"));
    Files.copy(ROOT.resolve("examples/maven/pom.xml"), project.resolve("pom.xml"));
  }

  private Outcome build(String... arguments) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> command =
        new ArrayList<>(
            List.of(
                maven.toString(),
                "-o",
                "-B",
                "-Dmaven.repo.local=" + repository,
                "-Dmodels=" + ROOT.resolve("examples/digits")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().remove("MAVEN_OPTS");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new Started(process, out, err).outcome();
  }

  @Test
  void quantizesOnceAndJudges() throws Exception {
    Outcome first = build("verify");
    assertThat(first.code()).as(first.out()).isZero();
    assertThat(first.out())
        .contains("digits.int8.onnx passed 2 gates; size ", "digits.int8.onnx passed 1 gate; size ")
        .doesNotContain("incubator");
    Path model = project.resolve("target/classes/digits.int8.onnx");
    FileTime made = Files.getLastModifiedTime(model);
    assertThat(project.resolve("target/halftone-reports/TEST-quantize.xml")).isNotEmptyFile();
    assertThat(project.resolve("target/halftone-reports/quantize.html")).isNotEmptyFile();
    assertThat(project.resolve("target/digits-1.0.0.jar")).isNotEmptyFile();

    Outcome second = build("verify");
    assertThat(second.code()).as(second.out()).isZero();
    assertThat(second.out().lines().filter(line -> line.contains("nothing done"))).hasSize(2);
    assertThat(second.out()).doesNotContain("passed");
    assertThat(Files.getLastModifiedTime(model)).isEqualTo(made);
  }

  @Test
  void aMissedGateFailsTheBuildAndSaysWhy() throws Exception {
    Outcome outcome = build("process-resources", "-Dhalftone.minSqnr=99");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("BUILD FAILURE", "gate --min-sqnr missed: SQNR is ", "at least 99 dB are asked");
    assertThat(project.resolve("target/classes/digits.int8.onnx")).doesNotExist();
    assertThat(project.resolve("target/halftone-reports/TEST-quantize.xml"))
        .content()
        .contains("<failure ");
  }

  @Test
  void aJdkThatIsTooOldIsRefusedByName() throws Exception {
    Outcome outcome = build("process-resources", "-Dhalftone.jdk=" + folder);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).contains(folder + " is not a JDK 25 or newer (halftone.jdk)");
  }
}
