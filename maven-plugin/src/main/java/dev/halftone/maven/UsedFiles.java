package dev.halftone.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that a command reads, found without reading their formats: rather one too many, which
 * costs a run that was not needed, than one too few, which ships an old result.
 */
final class UsedFiles {
  /** A part of a model in several files, or their index. */
  private static final Pattern PART =
      Pattern.compile(".*-\\d{5}-of-\\d{5}\\.\\w+|.*\\.index\\.json");

  private static final Pattern OF_PARTS = Pattern.compile(".*\\.(safetensors|gguf|index\\.json)");

  private static final Pattern ROOT = Pattern.compile("root:\\s*['\"]?(.*?)['\"]?\\s*(?:#.*)?");

  private final Path base;
  private final Set<Path> files = new TreeSet<>();

  UsedFiles(Path base) {
    this.base = base;
  }

  Set<Path> files() {
    return files;
  }

  /**
   * An argument: a file or folder; a description ({@code .yaml}) with what it names, which lies
   * beside it, below its {@code root} or, as {@code description.yaml@FOLDER}, in that folder; or a
   * word that is no file.
   */
  void argument(String argument) throws IOException {
    Optional<Path> whole = existing(base, argument);
    int at = argument.lastIndexOf('@');
    if (whole.isPresent()) {
      add(whole.get());
      if (isDescription(argument)) named(whole.get(), Optional.empty());
    } else if (at >= 0 && isDescription(argument.substring(0, at))) {
      Optional<Path> description = existing(base, argument.substring(0, at));
      if (description.isEmpty()) return;
      add(description.get());
      named(description.get(), existing(base, argument.substring(at + 1)));
    }
  }

  /**
   * A model with the files in which it keeps weights, or with all parts of it; a folder as it is.
   */
  void model(Path model) throws IOException {
    Path file = model.toAbsolutePath().normalize();
    add(file);
    Path folder = file.getParent();
    if (folder == null || !Files.isRegularFile(file)) return;
    if (PART.matcher(file.toString()).matches()) parts(folder);
    for (String location : ExternalWeights.of(file))
      existing(folder, location).filter(Files::isRegularFile).ifPresent(this::add);
  }

  private void parts(Path folder) throws IOException {
    try (Stream<Path> beside = Files.list(folder)) {
      beside
          .filter(Files::isRegularFile)
          .filter(file -> OF_PARTS.matcher(file.toString()).matches())
          .forEach(this::add);
    }
  }

  void add(Path file) {
    files.add(file.toAbsolutePath().normalize());
  }

  private static boolean isDescription(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".yaml") || lower.endsWith(".yml");
  }

  /** Every word of the description that is a file or folder, but for its root itself. */
  private void named(Path description, Optional<Path> otherRoot) throws IOException {
    Path beside = description.toAbsolutePath().normalize().getParent();
    if (beside == null || !Files.isRegularFile(description)) return;
    Set<Path> folders = new LinkedHashSet<>(List.of(beside));
    otherRoot.ifPresent(folders::add);
    List<String> others = new ArrayList<>();
    for (String line : Files.readAllLines(description)) {
      Matcher root = ROOT.matcher(line);
      if (!root.matches()) others.add(line);
      else existing(beside, root.group(1)).ifPresent(folders::add);
    }
    for (Path folder : folders) for (String line : others) namedIn(line, folder);
  }

  private void namedIn(String line, Path folder) {
    for (String word : line.split("[\\s,'\"\\[\\]{}]+|: ")) addNamed(folder, word);
    int colon = line.indexOf(": ");
    String value = colon < 0 ? line : line.substring(colon + 2);
    addNamed(folder, value.strip().replaceAll("^['\"]|['\"]$", "")); // Names with spaces.
  }

  private void addNamed(Path folder, String name) {
    Path whole = folder.toAbsolutePath().normalize();
    existing(folder, name)
        .map(found -> found.toAbsolutePath().normalize())
        .filter(found -> !whole.startsWith(found))
        .ifPresent(this::add);
  }

  private static Optional<Path> existing(Path folder, String name) {
    if (name.isBlank() || name.equals(".")) return Optional.empty();
    try {
      return Optional.of(folder.resolve(name).normalize()).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
