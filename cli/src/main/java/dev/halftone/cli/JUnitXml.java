package dev.halftone.cli;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Gates as what build servers read of tests: one {@code testsuite}, in the form that Maven Surefire
 * writes and Jenkins, GitLab and the actions of GitHub take. Each gate is a {@code testcase}, a
 * missed one has a {@code failure}; the metrics are {@code properties} of the suite.
 */
final class JUnitXml {
  private final XMLStreamWriter out;

  private JUnitXml(XMLStreamWriter out) {
    this.out = out;
  }

  /** The whole file, with a line feed at its end. */
  static String of(String command, Judgement judgement, Map<String, Double> metrics) {
    StringWriter text = new StringWriter();
    text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    try {
      XMLStreamWriter out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      new JUnitXml(out).suite(command, judgement, metrics);
      out.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e); // A string can always be written to.
    }
    return text.append('\n').toString();
  }

  private void suite(String command, Judgement judgement, Map<String, Double> metrics)
      throws XMLStreamException {
    start(0, "testsuite");
    attribute("name", "halftone %s %s".formatted(command, judgement.subject()));
    attribute("time", Verdict.number(metrics.getOrDefault("seconds.total", 0.0)));
    attribute("tests", Integer.toString(judgement.verdicts().size()));
    attribute("errors", "0");
    attribute("skipped", "0");
    attribute("failures", Integer.toString(judgement.missed().size()));
    properties(metrics);
    String group =
        "halftone.%s.%s".formatted(command, judgement.subject().replaceAll("[^\\w-]", "_"));
    for (Verdict verdict : judgement.verdicts()) testCase(group, verdict);
    end(0);
  }

  private void properties(Map<String, Double> metrics) throws XMLStreamException {
    List<Map.Entry<String, Double>> sorted =
        metrics.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
    start(1, "properties");
    for (Map.Entry<String, Double> metric : sorted) {
      line(2);
      out.writeEmptyElement("property");
      attribute("name", metric.getKey());
      attribute("value", Double.toString(metric.getValue()));
    }
    end(1);
  }

  private void testCase(String group, Verdict verdict) throws XMLStreamException {
    start(1, "testcase");
    attribute("name", verdict.asked());
    attribute("classname", group);
    attribute("time", "0");
    if (!verdict.passed()) {
      start(2, "failure");
      attribute("message", verdict.reason());
      attribute("type", "dev.halftone.GateMissed");
      out.writeCharacters(readable(verdict.text()));
      out.writeEndElement();
    }
    end(1);
  }

  private void start(int depth, String element) throws XMLStreamException {
    if (depth > 0) line(depth);
    out.writeStartElement(element);
  }

  private void end(int depth) throws XMLStreamException {
    line(depth);
    out.writeEndElement();
  }

  private void line(int depth) throws XMLStreamException {
    out.writeCharacters("\n" + "  ".repeat(depth));
  }

  private void attribute(String name, String value) throws XMLStreamException {
    out.writeAttribute(name, readable(value));
  }

  /** Names of files may hold what XML 1.0 has no way to write. */
  private static String readable(String text) {
    return text.codePoints()
        .map(point -> isXml(point) ? point : '?')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isXml(int point) {
    return point >= 0x20
        && (point < 0x7f || point > 0x9f)
        && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        && (point & 0xfffe) != 0xfffe;
  }
}
