package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class JUnitXmlTest {
  @TempDir Path folder;

  private static void validate(String xml) throws IOException, SAXException {
    Schema schema =
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
            .newSchema(Objects.requireNonNull(JUnitXmlTest.class.getResource("junit.xsd")));
    schema.newValidator().validate(new StreamSource(new StringReader(xml)));
  }

  private static Element parse(String xml) throws Exception {
    validate(xml);
    Document document =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(xml)));
    return document.getDocumentElement();
  }

  private static Judgement judgement(String subject, Map<String, Double> metrics) {
    List<Gate> gates = List.of(new Gate.MinSqnr(30), new Gate.MinAgreement(0.5));
    return Judgement.of(Path.of(subject), gates, metrics);
  }

  @Test
  void eachGateIsATestCase() throws Exception {
    Map<String, Double> metrics = Map.of("sqnr_db", 20.0, "agreement", 0.9, "seconds.total", 2.5);
    String xml = JUnitXml.of("evaluate", judgement("m.int8.onnx", metrics), metrics);
    Element suite = parse(xml);
    assertThat(suite.getAttribute("name")).isEqualTo("halftone evaluate m.int8.onnx");
    assertThat(suite.getAttribute("tests")).isEqualTo("2");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getElementsByTagName("property").getLength()).isEqualTo(3);
    Element missed = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(missed.getAttribute("name")).isEqualTo("--min-sqnr 30");
    assertThat(missed.getAttribute("classname")).isEqualTo("halftone.evaluate.m_int8_onnx");
    Element failure = (Element) missed.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message"))
        .isEqualTo("SQNR is 20 dB, at least 30 dB are asked for");
    Element passed = (Element) suite.getElementsByTagName("testcase").item(1);
    assertThat(passed.getElementsByTagName("failure").getLength()).isZero();
  }

  @Test
  void namesThatXmlCannotHoldAreStillValid() throws Exception {
    for (String name : List.of("a<b>&\"'.onnx", "a\u0001b\u007f.onnx", "\ufffe.onnx", "模型.onnx")) {
      Element suite = parse(JUnitXml.of("compare", judgement(name, Map.of()), Map.of()));
      assertThat(suite.getAttribute("failures")).isEqualTo("2");
    }
  }

  @Test
  void theSchemaRefusesWhatBuildServersDo() {
    String good = JUnitXml.of("evaluate", judgement("m.onnx", Map.of()), Map.of());
    for (String bad :
        List.of(
            good.replace("tests=\"2\"", ""),
            good.replace("time=\"0\"", "time=\"soon\""),
            good.replace("testcase", "case"),
            good.replace("--min-agreement 0.5", "--min-sqnr 30"))) {
      assertThat(bad).isNotEqualTo(good);
      assertThatThrownBy(() -> validate(bad)).isInstanceOf(SAXException.class);
    }
  }

  @Test
  void itIsWrittenWhateverTheGatesSay() throws Exception {
    Fixture fixture = new Fixture(folder);
    Path junit = Files.writeString(folder.resolve("gates.xml"), "older");
    Object[] command = {
      "quantize",
      fixture.model(),
      "--data",
      fixture.samples(),
      "--labels",
      fixture.labels(),
      "--no-latency",
      "--junit",
      junit,
      "-o",
      folder.resolve("out.onnx"),
    };
    assertThat(run(command, "--max-drop", "20", "--min-agreement", "0.5").code()).isZero();
    assertThat(parse(Files.readString(junit)).getAttribute("failures")).isEqualTo("0");
    CommandRun missed =
        run(
            command,
            "--weights",
            "int2",
            "--mode",
            "weights",
            "--max-drop",
            "99",
            "--min-agreement",
            "1",
            "--min-sqnr",
            "199",
            "--quiet");
    assertThat(missed.code()).isEqualTo(ExitCode.GATE_MISSED);
    assertThat(missed.out()).isEmpty();
    assertThat(missed.err().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("halftone: gate --min-"))
        .allMatch(line -> line.endsWith("; the result was not kept"));
    Element suite = parse(Files.readString(junit));
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("2");
    assertThat(CommandRun.files(folder))
        .containsExactly("gates.xml", "labels.npy", "model.onnx", "out.onnx", "samples.npy");
  }

  private static CommandRun run(Object[] command, Object... more) {
    return CommandRun.of(Stream.concat(Stream.of(command), Stream.of(more)).toArray());
  }

  @Test
  void compareJudgesTheWorstOutput() throws Exception {
    Fixture fixture = new Fixture(folder);
    Path junit = folder.resolve("gates.xml");
    Object[] command = {
      "compare",
      fixture.model(),
      fixture.otherModel(),
      "--data",
      fixture.samples(),
      "--rows",
      "0:16",
      "--junit",
      junit
    };
    CommandRun run = run(command, "--min-sqnr", "20", "--json", "-");
    assertThat(run.code()).isEqualTo(ExitCode.GATE_MISSED);
    assertThat(run.err()).contains("halftone: gate --min-sqnr missed: SQNR is ");
    assertThat(run.out()).contains("\"gates\": [", "\"gate\": \"min-sqnr\"", "\"found\": ");
    assertThat(parse(Files.readString(junit)).getAttribute("failures")).isEqualTo("1");
    assertThat(run(command, "--min-sqnr", "-100").code()).isZero();
    assertThat(parse(Files.readString(junit)).getAttribute("failures")).isEqualTo("0");
  }

  @Test
  void aFailureThatIsNoGateLeavesTheFileAlone() throws IOException {
    Path junit = Files.writeString(folder.resolve("gates.xml"), "older");
    CommandRun run =
        CommandRun.of(
            "compare", "none.onnx", "no.onnx", "--data", "d", "--min-sqnr", 1, "--junit", junit);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(junit).hasContent("older");
  }
}
