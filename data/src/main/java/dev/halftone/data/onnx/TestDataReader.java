package dev.halftone.data.onnx;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX test data: a folder {@code test_data_set_N} with {@code input_0.pb}, {@code input_1.pb} …,
 * or a folder of such folders, one sample each, in the order of their numbers. A tensor belongs to
 * the input of its name, or without a name to the input of its number. Expected outputs are not
 * read.
 */
public final class TestDataReader implements SampleReader {
  private static final String PREFIX = "test_data_set_";

  @Override
  public String kind() {
    return "test-data";
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isDirectory(path) && !sets(path).isEmpty();
  }

  private static List<Path> sets(Path folder) {
    if (Files.exists(folder.resolve("input_0.pb"))) return List.of(folder);
    List<Path> first = DataFiles.list(folder, path -> path.endsWith("input_0.pb"));
    return first.stream()
        .map(Path::getParent)
        .filter(set -> folder.equals(set.getParent()) && number(set) >= 0)
        .sorted(Comparator.comparingInt(TestDataReader::number))
        .toList();
  }

  private static int number(Path set) {
    String name = set.getFileName().toString();
    String number = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    return number.matches("[0-9]{1,9}") ? Integer.parseInt(number) : -1;
  }

  @Override
  public Source open(SourceRequest request) {
    Path folder = request.path();
    DataFiles.requireThere(folder);
    List<Path> sets = sets(folder);
    if (sets.isEmpty()) {
      throw new MalformedDataException(folder, "no %sN/input_0.pb in it".formatted(PREFIX));
    }
    Map<String, List<Path>> byInput = new LinkedHashMap<>();
    for (Path set : sets) addInputs(set, request.inputs(), byInput);
    Map<String, Column> columns = new LinkedHashMap<>();
    byInput.forEach((input, files) -> columns.put(input, new TensorFiles(files)));
    List<Path> files = byInput.values().stream().flatMap(List::stream).toList();
    return new Source(columns, null, files, false, List.of());
  }

  private static void addInputs(Path set, List<ValueInfo> inputs, Map<String, List<Path>> byInput) {
    for (int number = 0; Files.exists(set.resolve("input_" + number + ".pb")); number++) {
      Path file = set.resolve("input_" + number + ".pb");
      String name = OnnxTensors.readNamed(file).name();
      if (name.isEmpty() && number < inputs.size()) name = inputs.get(number).name();
      byInput.computeIfAbsent(name, _ -> new ArrayList<>()).add(file);
    }
  }
}
