package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.data.source.Preview;
import dev.halftone.evaluate.SampleAnswer;
import dev.halftone.evaluate.SampleAnswer.Choice;
import dev.halftone.evaluate.SampleAnswers;
import dev.halftone.toolkit.RunRecord;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** The samples on which two models differ most, as JSON has them. */
final class SampleFields {
  private SampleFields() {}

  /** Nothing where no two models were compared. */
  static void add(SampleAnswers answers, DataSet data, RunRecord.Builder record) {
    if (answers.equals(SampleAnswers.NONE)) return;
    Map<String, Object> fields = new TreeMap<>();
    fields.put("worst", answers.worst().stream().map(each -> withPreview(each, data)).toList());
    fields.put("changed", answers.changed().stream().map(SampleFields::of).toList());
    fields.put("changed_count", answers.changedCount());
    record.section("samples", fields);
  }

  private static Map<String, Object> withPreview(SampleAnswer answer, DataSet data) {
    Map<String, Object> fields = of(answer);
    Preview preview = data.samples().preview(answer.row());
    if (preview != null) fields.put("preview", of(preview));
    return fields;
  }

  private static Map<String, Object> of(SampleAnswer answer) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("row", answer.row());
    fields.put("sqnr_db", answer.sqnrDb());
    put(fields, "reference", answer.reference());
    put(fields, "quantized", answer.quantized());
    if (answer.label() != null) fields.put("label", answer.label());
    return fields;
  }

  /** JSON has no infinity. */
  private static void put(Map<String, Object> fields, String name, @Nullable Choice choice) {
    if (choice == null) return;
    double value = Math.clamp(choice.value(), -Double.MAX_VALUE, Double.MAX_VALUE);
    fields.put(name, Map.of("index", choice.index(), "value", value));
  }

  private static Map<String, Object> of(Preview preview) {
    return switch (preview) {
      case Preview.Picture picture ->
          new TreeMap<>(
              Map.of("width", picture.width(), "height", picture.height(), "png", base64(picture)));
      case Preview.Words(String text) -> Map.of("text", text);
      case Preview.Wave(List<Float> peaks) -> Map.of("wave", peaks);
    };
  }

  private static String base64(Preview.Picture picture) {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = picture.rgb();
    for (int pixel = 0; pixel < rgb.length / 3; pixel++) {
      int colour =
          (rgb[3 * pixel] & 0xFF) << 16
              | (rgb[3 * pixel + 1] & 0xFF) << 8
              | rgb[3 * pixel + 2] & 0xFF;
      image.setRGB(pixel % picture.width(), pixel / picture.width(), colour);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(png.toByteArray());
  }
}
