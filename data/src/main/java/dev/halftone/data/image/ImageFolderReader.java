package dev.halftone.data.image;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder of images at any depth, in the order of their paths, or one image. Option {@code
 * preprocess} says how they become arrays: a name, a file beside the description, or its keys.
 */
public final class ImageFolderReader implements SampleReader {
  @Override
  public String kind() {
    return "images";
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isDirectory(path)
        ? !DataFiles.list(path, ImageDecoder::named).isEmpty()
        : ImageDecoder.named(path);
  }

  @Override
  public Source open(SourceRequest request) {
    Path folder = request.path();
    List<Path> files = DataFiles.list(folder, ImageDecoder::named);
    if (files.isEmpty()) {
      throw new MalformedDataException(folder, "no images (jpg, png, bmp, gif, tif) in it");
    }
    WantedImage wanted = WantedImage.of(request.inputs());
    Preprocessing given = PreprocessingOptions.of(request.options(), wanted);
    if (given != null) return Source.ofFolder(files, new ImageColumn(files, given), List.of());
    Preprocessing guess = PreprocessingOptions.guess(folder, wanted);
    String warning =
        ("%s: preprocessing was guessed: cut to %d x %d, %s, pixels / 255; "
                + "say what the model was trained with in a preprocessing file")
            .formatted(folder, wanted.width(), wanted.height(), guess.color());
    return Source.ofFolder(files, new ImageColumn(files, guess), List.of(warning));
  }
}
