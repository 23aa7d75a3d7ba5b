package dev.halftone.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Component;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.toolchain.Toolchain;
import org.apache.maven.toolchain.ToolchainManager;
import org.jspecify.annotations.Nullable;

/**
 * What both goals share: the model, the samples, the gates, the JDK, and that nothing is done when
 * nothing changed.
 */
abstract class HalftoneMojo extends AbstractMojo {
  /** Exit code of a missed gate. */
  private static final int GATE_MISSED = 4;

  /** The model: an ONNX file. */
  @Parameter(required = true)
  private File model;

  /** Samples: a file, a folder or a data description, as {@code --data}. */
  @Parameter private @Nullable String data;

  /** Labels of the samples, as {@code --labels}. */
  @Parameter private @Nullable String labels;

  /** Part of the samples, as {@code --rows}. */
  @Parameter private @Nullable String rows;

  /** Image preprocessing, as {@code --preprocess}. */
  @Parameter private @Nullable File preprocess;

  /** Gate: points by which the metric may drop, as {@code --max-drop}. */
  @Parameter(property = "halftone.maxDrop")
  private @Nullable Double maxDrop;

  /** Gate: share of the answers that stay the same, 0 to 1, as {@code --min-agreement}. */
  @Parameter(property = "halftone.minAgreement")
  private @Nullable Double minAgreement;

  /** Gate: SQNR of the outputs in dB, as {@code --min-sqnr}. */
  @Parameter(property = "halftone.minSqnr")
  private @Nullable Double minSqnr;

  /** Gate: time of a run over that of the reference, as {@code --max-latency-ratio}. */
  @Parameter(property = "halftone.maxLatencyRatio")
  private @Nullable Double maxLatencyRatio;

  /** Where the gates go as JUnit XML. */
  @Parameter private @Nullable File junit;

  /** Where the run goes as an HTML page. */
  @Parameter private @Nullable File report;

  /** Where the run goes as JSON. */
  @Parameter private @Nullable File json;

  /** Further options of the command line, one word each. */
  @Parameter private List<String> options = List.of();

  /** Further files and folders that, when they change, make the goal run again. */
  @Parameter private List<File> inputs = List.of();

  /** Options of the JVM that Halftone runs on, such as {@code -Xmx2g}. */
  @Parameter private List<String> jvmOptions = List.of();

  /** Home of the JDK (25 or newer) to run on; default: toolchains, JAVA_HOME, the usual folders. */
  @Parameter(property = "halftone.jdk")
  private @Nullable File jdk;

  /** Do nothing. */
  @Parameter(property = "halftone.skip", defaultValue = "false")
  private boolean skip;

  @Parameter(defaultValue = "${plugin.artifacts}", readonly = true, required = true)
  private List<Artifact> pluginArtifacts;

  @Parameter(defaultValue = "${project.basedir}", readonly = true, required = true)
  private File basedir;

  @Parameter(defaultValue = "${project.build.directory}", readonly = true, required = true)
  private File target;

  @Parameter(defaultValue = "${session}", readonly = true, required = true)
  private MavenSession session;

  @Parameter(defaultValue = "${mojoExecution}", readonly = true, required = true)
  private MojoExecution execution;

  @Component private ToolchainManager toolchains;

  /** The command's name. */
  abstract String command();

  /** Adds what only this goal has. */
  abstract void configure(Arguments arguments);

  /** The models that go in, beside {@code model}. */
  abstract List<Path> models();

  /** Files and words that name samples or labels, beside {@code data} and {@code labels}. */
  abstract List<String> samples();

  /** The model that is written; nothing where none is. */
  abstract Optional<Path> output();

  @Override
  public final void execute() throws MojoExecutionException, MojoFailureException {
    if (skip) {
      getLog().info("skipped");
      return;
    }
    try {
      run();
    } catch (IOException e) {
      throw new MojoExecutionException("halftone %s: %s".formatted(command(), e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("halftone %s was interrupted".formatted(command()), e);
    }
  }

  private void run()
      throws IOException, InterruptedException, MojoExecutionException, MojoFailureException {
    List<String> arguments = arguments();
    Path java = java();
    Stamp stamp = new Stamp(folder().resolve("stamp"), inputs(arguments, java));
    if (stamp.isCurrent(results())) {
      getLog().info(subject() + ": nothing changed since the last build, nothing done");
      return;
    }
    stamp.delete();
    for (Path result : results()) {
      // Of another model or recipe: must not be shipped when this build fails.
      Files.deleteIfExists(result);
      Path parent = result.getParent();
      if (parent != null) Files.createDirectories(parent);
    }
    HalftoneProcess process =
        new HalftoneProcess(java, classPath(), jvmOptions, basedir.toPath(), folder());
    HalftoneProcess.Outcome outcome = process.run(arguments, line -> getLog().info(line));
    refuse(outcome);
    outcome.errors().forEach(line -> getLog().warn(line));
    stamp.write(results());
  }

  private List<String> arguments() {
    Arguments arguments =
        new Arguments()
            .word(command())
            .word(model.getPath())
            .option("--data", data)
            .option("--labels", labels)
            .option("--rows", rows)
            .option("--preprocess", preprocess);
    configure(arguments);
    return arguments
        .option("--max-drop", maxDrop)
        .option("--min-agreement", minAgreement)
        .option("--min-sqnr", minSqnr)
        .option("--max-latency-ratio", maxLatencyRatio)
        .option("--junit", junit)
        .option("--report", report)
        .option("--json", json)
        .words(options)
        .list();
  }

  private String inputs(List<String> arguments, Path java) throws IOException {
    UsedFiles used = new UsedFiles(basedir.toPath());
    used.model(model.toPath());
    for (Path other : models()) used.model(other);
    List<String> named = new ArrayList<>(samples());
    if (data != null) named.add(data);
    if (labels != null) named.add(labels);
    if (preprocess != null) named.add(preprocess.getPath());
    named.addAll(options);
    for (String argument : named) used.argument(argument);
    for (File input : inputs) used.add(input.toPath());
    used.files().removeAll(results());
    Fingerprint fingerprint = new Fingerprint();
    for (String argument : arguments) fingerprint.text(argument);
    for (String option : jvmOptions) fingerprint.text(option);
    fingerprint.text(Files.readString(java.resolve("release"))).text(Processor.here());
    for (Path jar : classPath()) fingerprint.program(jar);
    for (Path file : used.files()) fingerprint.file(file);
    return fingerprint.hex();
  }

  /** All files that the command writes. */
  private List<Path> results() {
    List<Path> results = new ArrayList<>();
    output()
        .ifPresent(
            file -> {
              results.add(file);
              results.add(file.resolveSibling(file.getFileName() + ".data"));
            });
    for (File file : new File[] {junit, report, json})
      if (file != null) results.add(file.toPath().toAbsolutePath().normalize());
    return results;
  }

  /** A folder for this execution: several of one goal must not disturb each other. */
  private Path folder() {
    String name = execution.getExecutionId().replaceAll("[^A-Za-z0-9_-]", "_");
    return target.toPath().resolve("halftone").resolve(command() + "-" + name);
  }

  private String subject() {
    return output().orElse(model.toPath()).getFileName().toString();
  }

  private List<Path> classPath() {
    return pluginArtifacts.stream().map(Artifact::getFile).map(File::toPath).toList();
  }

  private Path java() throws MojoExecutionException {
    if (jdk != null && !JdkSearch.suits(jdk.toPath()))
      throw new MojoExecutionException(
          "%s is not a JDK %d or newer (halftone.jdk)".formatted(jdk, JdkSearch.LEAST));
    List<Path> first = jdk == null ? fromToolchains() : List.of(jdk.toPath());
    return JdkSearch.here()
        .find(first)
        .orElseThrow(
            () ->
                new MojoExecutionException(
                    ("Halftone runs on a JDK %d or newer, and none was found: not in"
                         + " toolchains.xml, JAVA_HOME, the path or the usual folders. Install one,"
                         + " or name its folder with -Dhalftone.jdk=FOLDER. Maven itself may stay"
                         + " on its Java.")
                        .formatted(JdkSearch.LEAST)));
  }

  private List<Path> fromToolchains() {
    List<Toolchain> found = new ArrayList<>();
    Toolchain chosen = toolchains.getToolchainFromBuildContext("jdk", session);
    if (chosen != null) found.add(chosen);
    Map<String, String> wanted = Map.of("version", "[%d,)".formatted(JdkSearch.LEAST));
    List<Toolchain> listed = toolchains.getToolchains(session, "jdk", wanted);
    if (listed != null) found.addAll(listed);
    return found.stream()
        .map(toolchain -> toolchain.findTool("java"))
        .filter(tool -> tool != null)
        .map(tool -> Path.of(tool).resolve("../..").normalize())
        .toList();
  }

  /** A missed gate is a failure of the build; anything else is an error in what was asked. */
  private void refuse(HalftoneProcess.Outcome outcome)
      throws MojoExecutionException, MojoFailureException {
    String said = String.join(System.lineSeparator(), outcome.errors());
    if (outcome.code() == GATE_MISSED)
      throw new MojoFailureException("%s: %s".formatted(subject(), said));
    if (outcome.code() != 0)
      throw new MojoExecutionException(
          "halftone %s ended with exit code %d: %s".formatted(command(), outcome.code(), said));
  }
}
