package dev.halftone.data.source;

import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.data.file.DataFiles;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reader that does not come with Halftone: each byte of a {@code .octets} file is a sample, plus
 * an option.
 */
class SampleReadersTest {
  /** Listed in the services of these tests. */
  public static final class OctetReader implements SampleReader {
    @Override
    public String kind() {
      return "octets";
    }

    @Override
    public boolean recognises(Path path) {
      return DataFiles.hasExtension(path, "octets");
    }

    @Override
    public Source open(SourceRequest request) {
      byte[] bytes = DataFiles.read(request.path(), 1000);
      int plus = request.options().has("plus") ? request.options().integer("plus", 0, 9) : 0;
      Column column =
          new Column() {
            @Override
            public int size() {
              return bytes.length;
            }

            @Override
            public Tensor get(int row) {
              return Tensor.scalar(bytes[row] + plus);
            }
          };
      return Source.of(request.path(), column);
    }
  }

  @TempDir Path folder;

  @Test
  void isFoundByFlagAndByKey() {
    Path file = write(folder.resolve("a.octets"), new byte[] {5, 6});
    DataSet plain = DataSets.open(request(file, null, null, input("x", DType.FLOAT32, "N", 1)));
    assertThat(tensor(plain, 1, "x").toFloats()).containsExactly(6);
    Path yaml = write(folder.resolve("d.yaml"), "inputs: {x: {octets: a.octets, plus: 3}}");
    DataSet described = DataSets.open(request(yaml, null, null, input("x", DType.FLOAT32, "N", 1)));
    assertThat(tensor(described, 1, "x").toFloats()).containsExactly(9);
  }
}
