package dev.halftone.llm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.number.gguf.BlockType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AssignmentsTest {
  private static final List<String> LAYER =
      List.of(
          "attn_k.weight",
          "attn_norm.weight",
          "attn_output.weight",
          "attn_q.weight",
          "attn_v.weight",
          "ffn_down.weight",
          "ffn_gate.weight",
          "ffn_up.weight");

  @Test
  void reasonsTellWhatIsNotOfTheBaseType() {
    List<Assignment> assignments =
        assign(model("llama", 16, 8, 2), MixtureRequest.of(Mixture.Q4_K_M));

    assertThat(line(assignments, "output.weight")).isEqualTo("Q6_K output");
    assertThat(line(assignments, "token_embd.weight")).isEqualTo("Q4_K ");
    assertThat(line(assignments, "output_norm.weight")).isEqualTo("F32 one dimension");
    assertThat(line(assignments, "blk.0.attn_v.weight")).isEqualTo("Q6_K attention values");
    assertThat(line(assignments, "blk.2.attn_v.weight")).isEqualTo("Q4_K ");
    assertThat(line(assignments, "blk.15.ffn_down.weight")).isEqualTo("Q6_K feed-forward down");
  }

  @Test
  void layersAreInTheOrderOfTheirNumbers() {
    List<String> names =
        assign(model("llama", 12, 8, 2), MixtureRequest.of(Mixture.Q8_0)).stream()
            .map(assignment -> assignment.source().name())
            .toList();

    assertThat(names).startsWith("output.weight", "output_norm.weight", "token_embd.weight");
    assertThat(names.indexOf("blk.2.attn_k.weight"))
        .isLessThan(names.indexOf("blk.10.attn_k.weight"));
  }

  @Test
  void aRequestMayKeepTheOrder() {
    Model model = model("llama", 2, 8, 2);
    MixtureRequest kept =
        new MixtureRequest(
            Mixture.Q8_0, false, Optional.empty(), Optional.empty(), List.of(), false, false, true);

    assertThat(assign(model, kept)).extracting(Assignment::source).isEqualTo(model.tensors);
  }

  @Test
  void theFirstRuleThatIsFoundInANameDecides() {
    List<Assignment> assignments =
        assign(
            model("llama", 2, 8, 2),
            asked(Mixture.Q4_K_M, "1\\.FFN_down=q5_1", "ffn=f16", "ffn_down=q8_0", "norm=q8_0"));

    assertThat(line(assignments, "blk.1.ffn_down.weight"))
        .isEqualTo("Q5_1 asked by 1\\.FFN_down=Q5_1");
    assertThat(line(assignments, "blk.0.ffn_down.weight")).isEqualTo("F16 asked by ffn=F16");
    assertThat(line(assignments, "blk.0.attn_norm.weight")).isEqualTo("F32 one dimension");
  }

  @Test
  void tensorsThatARuleTookAreNotCounted() {
    List<Assignment> plain = assign(model("llama", 16, 8, 2), MixtureRequest.of(Mixture.Q4_K_S));
    List<Assignment> ruled =
        assign(model("llama", 16, 8, 2), asked(Mixture.Q4_K_S, "blk\\.0\\.attn_v=q8_0"));

    assertThat(line(plain, "blk.4.attn_v.weight")).isEqualTo("Q4_K ");
    assertThat(line(ruled, "blk.4.attn_v.weight")).isEqualTo("Q5_K attention values");
  }

  @Test
  void noRuleIsAskedByMixturesWithoutBlocks() {
    List<Assignment> assignments = assign(model("llama", 1, 8, 2), asked(Mixture.F16, ".=q8_0"));

    assertThat(line(assignments, "output.weight")).isEqualTo("F16 ");
    assertThat(line(assignments, "blk.0.attn_norm.weight")).isEqualTo("F32 one dimension");
  }

  @Test
  void typesOfOutputAndTokenEmbeddingsCanBeAsked() {
    MixtureRequest request =
        new MixtureRequest(
            Mixture.Q4_K_M,
            true,
            Optional.of(blocks(BlockType.Q8_0)),
            Optional.of(Plain.F32),
            List.of(TypeRule.parse("e=q4_0")),
            false,
            false,
            false);

    List<Assignment> assignments = assign(model("llama", 1, 8, 2), request);

    assertThat(line(assignments, "output.weight")).isEqualTo("Q8_0 asked for the output");
    assertThat(line(assignments, "token_embd.weight"))
        .isEqualTo("F32 asked for the token embeddings");
    assertThat(line(assignments, "blk.0.attn_v.weight")).isEqualTo("Q4_0 asked by e=Q4_0");
  }

  @Test
  void tiedTokenEmbeddingsAreTheOutput() {
    Model model = model("llama", 1, 8, 2);
    model.tensors.removeIf(tensor -> tensor.name().equals("output.weight"));
    MixtureRequest asked =
        new MixtureRequest(
            Mixture.Q4_K_M,
            false,
            Optional.of(blocks(BlockType.Q8_0)),
            Optional.empty(),
            List.of(),
            false,
            false,
            false);

    assertThat(line(assign(model, MixtureRequest.of(Mixture.Q4_K_M)), "token_embd.weight"))
        .isEqualTo("Q6_K token embeddings, which are the output too");
    assertThat(line(assign(model, asked), "token_embd.weight"))
        .isEqualTo("Q8_0 asked for the output");
  }

  @Test
  void pureGivesEveryMatrixTheBaseType() {
    MixtureRequest pure =
        new MixtureRequest(
            Mixture.Q4_K_M,
            true,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            true,
            false,
            false);

    List<Assignment> assignments = assign(model("llama", 16, 8, 2), pure);

    assertThat(line(assignments, "output.weight")).isEqualTo("F32 asked to be left");
    assertThat(assignments)
        .filteredOn(a -> a.source().name().matches("blk.*(attn_[kqv]|ffn_.*|output).weight"))
        .allMatch(a -> a.target().equals(blocks(BlockType.Q4_K)));
  }

  @Test
  void aCopyKeepsAll() {
    assertThat(assign(model("llama", 1, 8, 2), MixtureRequest.of(Mixture.COPY)))
        .allMatch(Assignment::isCopy);
  }

  @Test
  void whatIsQuantizedIsNotQuantizedAgainUnlessAllowed() {
    Model model = model("llama", 1, 8, 2);
    model.tensors.add(
        new TensorInfo("blk.0.x.weight", blocks(BlockType.Q8_0), new long[] {256, 2}));
    MixtureRequest allowed =
        new MixtureRequest(
            Mixture.Q4_0, false, Optional.empty(), Optional.empty(), List.of(), false, true, false);

    assertThatThrownBy(() -> assign(model, MixtureRequest.of(Mixture.Q4_0)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "tensor \"blk.0.x.weight\": is quantized to Q8_0 already; to Q4_0 again only if that is"
                + " allowed");
    assertThat(line(assign(model, MixtureRequest.of(Mixture.Q8_0)), "blk.0.x.weight"))
        .isEqualTo("Q8_0 ");
    assertThat(line(assign(model, allowed), "blk.0.x.weight")).isEqualTo("Q4_0 ");
  }

  @Test
  void integersAreNotQuantized() {
    Model model = model("llama", 1, 8, 2);
    model.tensors.add(new TensorInfo("blk.0.ids.weight", Plain.I32, new long[] {256, 2}));

    assertThatThrownBy(() -> assign(model, MixtureRequest.of(Mixture.Q8_0)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage("tensor \"blk.0.ids.weight\": I32 is not quantized to Q8_0");
  }

  @Test
  void rowsThatFitNothingAreRefused() {
    Model model = model("llama", 1, 8, 2);
    model.tensors.add(new TensorInfo("token_embd.weight", Plain.F32, new long[] {100, 2}));
    MixtureRequest asked =
        new MixtureRequest(
            Mixture.F16,
            false,
            Optional.empty(),
            Optional.of(blocks(BlockType.Q8_0)),
            List.of(),
            false,
            false,
            false);

    assertThatThrownBy(() -> assign(model, asked))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "tensor \"token_embd.weight\": row length 100 is no multiple of 32, which Q8_0 needs");
    assertThatThrownBy(() -> assign(model, MixtureRequest.of(Mixture.Q1_0)))
        .hasMessageContaining("row length 100 is no multiple of 128, which Q1_0 needs");
    assertThat(assign(model, MixtureRequest.of(Mixture.Q4_K_M)).stream().map(AssignmentsTest::line))
        .contains("F16 row length 100 is no multiple of 256");
  }

  @Test
  void whatNeedsImportanceIsNamed() {
    List<Assignment> assignments =
        assign(model("llama", 8, 8, 8), MixtureRequest.of(Mixture.Q2_K_S));

    assertThatThrownBy(() -> Assignments.checkImportance(assignments, name -> false))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "tensor \"blk.0.attn_k.weight\": Q2_K is useless without importance weights, and there"
                + " are none for it");
    Assignments.checkImportance(assignments, name -> name.startsWith("blk."));
    Assignments.checkImportance(
        assign(model("llama", 8, 8, 8), MixtureRequest.of(Mixture.Q2_K)), name -> false);
  }

  @Test
  void valuesOfLargeModelsThatShareHeadsGetMore() {
    MixtureRequest request = MixtureRequest.of(Mixture.Q4_K_M);
    String place = "blk.10.attn_v.weight";

    assertThat(line(assign(model("llama", 80, 8, 1), request), place)).startsWith("Q5_K");
    assertThat(line(assign(model("llama", 80, 8, 8), request), place)).startsWith("Q4_K");
    assertThat(line(assign(model("qwen2", 80, 8, 8), request), place)).startsWith("Q5_K");
    assertThat(line(assign(model("qwen3", 80, 8, 1), request), place)).startsWith("Q4_K");
  }

  @Test
  void falconHasRulesOfItsOwn() {
    List<Assignment> assignments =
        assign(model("falcon", 32, 8, 1), MixtureRequest.of(Mixture.Q4_K_M));

    assertThat(line(assignments, "output.weight")).startsWith("Q8_0");
    assertThat(line(assignments, "blk.1.ffn_down.weight")).startsWith("Q6_K");
    assertThat(line(assignments, "blk.2.ffn_down.weight")).startsWith("Q5_K");
    assertThat(line(assignments, "blk.4.ffn_down.weight")).startsWith("Q4_K");
  }

  @Test
  void experts3dAreMxfp4() {
    Model model = model("llama", 1, 8, 2);
    model.tensors.add(
        new TensorInfo("blk.0.ffn_up_exps.weight", Plain.F32, new long[] {256, 4, 8}));
    List<Assignment> assignments = assign(model, MixtureRequest.of(Mixture.MXFP4_MOE));

    assertThat(line(assignments, "blk.0.ffn_up_exps.weight")).isEqualTo("MXFP4 ");
    assertThat(line(assignments, "blk.0.attn_q.weight")).isEqualTo("Q8_0 attention queries");
  }

  @Test
  void withExpertsTheNameTellsTheLayer() {
    Model model = model("llama", 2, 8, 2);
    model.metadata.put("llama.expert_count", number(4));
    model.tensors.add(new TensorInfo("blk.2.ffn_up.weight", Plain.F32, new long[] {256, 4}));

    assertThatThrownBy(() -> assign(model, MixtureRequest.of(Mixture.Q4_0)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "tensor \"blk.2.ffn_up.weight\": the name has no layer, expected blk.0 to blk.1");
  }

  @Test
  void metadataMustTellWhatRulesAsk() {
    MixtureRequest request = MixtureRequest.of(Mixture.Q4_0);
    for (String key : List.of("general.architecture", "llama.block_count")) {
      Model model = model("llama", 2, 8, 2);
      model.metadata.remove(key);
      assertThatThrownBy(() -> assign(model, request))
          .isInstanceOf(MalformedModelException.class)
          .hasMessageContaining("metadata at " + key);
      model.metadata.put(key, MetadataValue.of(true));
      assertThatThrownBy(() -> assign(model, request)).hasMessageContaining("metadata at " + key);
    }
    Model model = model("llama", 2, 8, 2);
    model.metadata.put("llama.block_count", MetadataValue.of(ValueType.INT32, -1));
    assertThatThrownBy(() -> assign(model, request)).isInstanceOf(MalformedModelException.class);
  }

  @Test
  void ofNumbersByLayerTheFirstCounts() {
    Model model = model("llama", 2, 8, 8);
    List<MetadataValue> byLayer = List.of(number(2), number(8));
    model.metadata.put(
        "llama.attention.head_count_kv", MetadataValue.array(ValueType.UINT32, byLayer));

    assertThat(line(assign(model, MixtureRequest.of(Mixture.Q2_K)), "blk.1.attn_v.weight"))
        .startsWith("Q4_K");
  }

  @Test
  void keptTensorsStay() {
    for (String name :
        List.of(
            "blk.0.ffn_gate_inp.weight",
            "blk.0.attn_norm.weight",
            "blk.0.attn_q.bias",
            "blk.0.ssm_conv1d.weight",
            "blk.0.time_mix_w1.weight",
            "position_embd.weight",
            "v.position_embd.weight")) {
      Model model = model("llama", 1, 8, 2);
      model.tensors.add(new TensorInfo(name, Plain.F32, new long[] {256, 64}));
      Assignment kept = find(assign(model, MixtureRequest.of(Mixture.Q8_0)), name);
      assertThat(kept.isCopy()).as(name).isTrue();
      assertThat(kept.reason()).as(name).isNotEmpty();
    }
  }

  /** Enough of a model for the rules. */
  private record Model(Map<String, MetadataValue> metadata, List<TensorInfo> tensors) {}

  private static Model model(String architecture, int layers, int heads, int keyHeads) {
    Map<String, MetadataValue> metadata = new HashMap<>();
    metadata.put("general.architecture", MetadataValue.of(architecture));
    metadata.put(architecture + ".block_count", number(layers));
    metadata.put(architecture + ".attention.head_count", number(heads));
    metadata.put(architecture + ".attention.head_count_kv", number(keyHeads));
    List<TensorInfo> tensors = new ArrayList<>();
    for (int layer = layers - 1; layer >= 0; layer--)
      for (String name : LAYER) tensors.add(info("blk.%d.%s".formatted(layer, name)));
    Stream.of("token_embd.weight", "output_norm.weight", "output.weight")
        .map(AssignmentsTest::info)
        .forEach(tensors::add);
    return new Model(metadata, tensors);
  }

  private static TensorInfo info(String name) {
    long[] dimensions = name.contains("norm") ? new long[] {256} : new long[] {256, 4};
    return new TensorInfo(name, Plain.F32, dimensions);
  }

  private static MetadataValue number(int value) {
    return MetadataValue.of(ValueType.UINT32, value);
  }

  private static TensorType blocks(BlockType type) {
    return new Blocks(type);
  }

  private static MixtureRequest asked(Mixture mixture, String... rules) {
    List<TypeRule> parsed = Stream.of(rules).map(TypeRule::parse).toList();
    return new MixtureRequest(
        mixture, false, Optional.empty(), Optional.empty(), parsed, false, false, false);
  }

  private static List<Assignment> assign(Model model, MixtureRequest request) {
    return Assignments.of(model.metadata, model.tensors, request, false);
  }

  private static Assignment find(List<Assignment> assignments, String name) {
    return assignments.stream()
        .filter(assignment -> assignment.source().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String line(List<Assignment> assignments, String name) {
    return line(find(assignments, name));
  }

  private static String line(Assignment assignment) {
    return assignment.target() + " " + assignment.reason();
  }
}
