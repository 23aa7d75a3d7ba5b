package dev.halftone.llm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.llm.importance.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

final class OutputMetadataTest {
  @Test
  void keysThatSayWhatWasDoneComeLast() {
    SequencedMap<String, MetadataValue> written =
        OutputMetadata.of(source(), Mixture.Q5_K_M, Optional.empty());

    assertThat(text(written))
        .containsExactly(
            "general.architecture=llama",
            "llama.block_count=2",
            "general.quantization_version=2",
            "general.file_type=17");
    assertThat(written.lastEntry().getValue().type()).isEqualTo(ValueType.UINT32);
  }

  @Test
  void theOriginOfImportanceIsTold() {
    Origin origin = new Origin("a.gguf", List.of("wiki", "code"), 9, 100);
    Origin unknown = new Origin("a.dat", List.of(), 3, 0);

    assertThat(text(OutputMetadata.of(source(), Mixture.Q4_0, Optional.of(origin))))
        .endsWith(
            "quantize.imatrix.file=a.gguf",
            "quantize.imatrix.dataset=wiki",
            "quantize.imatrix.entries_count=9",
            "quantize.imatrix.chunks_count=100");
    assertThat(text(OutputMetadata.of(source(), Mixture.Q4_0, Optional.of(unknown))))
        .endsWith(
            "general.file_type=2",
            "quantize.imatrix.file=a.dat",
            "quantize.imatrix.entries_count=3");
  }

  @Test
  void aCopyKeepsTheNumberOfItsFileType() {
    SequencedMap<String, MetadataValue> bare = source();
    bare.remove("general.file_type");

    assertThat(text(OutputMetadata.of(source(), Mixture.COPY, Optional.empty())))
        .endsWith("general.quantization_version=2", "general.file_type=1");
    assertThat(text(OutputMetadata.of(bare, Mixture.COPY, Optional.empty())))
        .endsWith("general.quantization_version=2");
  }

  @Test
  void theFirstOfSomePartsHasItAll() {
    SequencedMap<String, MetadataValue> whole =
        OutputMetadata.of(source(), Mixture.Q8_0, Optional.empty());

    assertThat(text(OutputMetadata.ofPart(whole, 0, 3, 12)))
        .startsWith("general.architecture=llama")
        .endsWith("split.no=0", "split.count=3", "split.tensors.count=12");
    assertThat(text(OutputMetadata.ofPart(whole, 2, 3, 12)))
        .containsExactly("split.no=2", "split.count=3", "split.tensors.count=12");
    assertThat(OutputMetadata.ofPart(whole, 0, 1, 12)).isEqualTo(whole);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OutputMetadata.ofPart(whole, 0, 1 << 16, 12));
  }

  private static SequencedMap<String, MetadataValue> source() {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", MetadataValue.of("llama"));
    metadata.put("general.file_type", MetadataValue.of(ValueType.UINT32, 1));
    metadata.put("llama.block_count", MetadataValue.of(ValueType.UINT32, 2));
    metadata.put("split.no", MetadataValue.of(ValueType.UINT16, 0));
    metadata.put("split.count", MetadataValue.of(ValueType.UINT16, 1));
    metadata.put("split.tensors.count", MetadataValue.of(ValueType.INT32, 7));
    return metadata;
  }

  private static List<String> text(SequencedMap<String, MetadataValue> metadata) {
    return metadata.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }
}
