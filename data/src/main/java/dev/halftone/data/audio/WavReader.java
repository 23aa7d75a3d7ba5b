package dev.halftone.data.audio;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.data.yaml.Section;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder of WAV files at any depth, in the order of their paths, or one file. Option {@code rate}
 * refuses files of another sampling rate: nothing is resampled.
 */
public final class WavReader implements SampleReader {
  @Override
  public String kind() {
    return "wav";
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isDirectory(path)
        ? !DataFiles.list(path, WavReader::named).isEmpty()
        : named(path);
  }

  private static boolean named(Path path) {
    return DataFiles.hasExtension(path, "wav");
  }

  @Override
  public Source open(SourceRequest request) {
    List<Path> files = DataFiles.list(request.path(), WavReader::named);
    if (files.isEmpty()) throw new MalformedDataException(request.path(), "no WAV files in it");
    List<WavFile> clips = new ArrayList<>();
    for (Path file : files) clips.add(checked(WavFile.open(file), request.options()));
    return Source.ofFolder(files, new WavColumn(clips), List.of());
  }

  private static WavFile checked(WavFile clip, Section options) {
    if (!options.has("rate")) return clip;
    int rate = options.integer("rate", 1, Integer.MAX_VALUE);
    if (clip.rate() == rate) return clip;
    throw new MalformedDataException(
        clip.path(), "%d Hz, expected %d Hz: resample it first".formatted(clip.rate(), rate));
  }
}
