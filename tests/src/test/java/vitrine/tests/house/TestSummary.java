package vitrine.tests.house;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The last line of {@code ./mvnw verify}: how many tests ran in all modules, and which were skipped
 * and why. A skip is allowed only to tests that need the outside data named by {@code VITRINE_DATA}
 * or {@code VITRINE_MINILM}, and to those listed in {@code tests/QUARANTINE.md}; any other fails
 * the build.
 */
final class TestSummary {
  private int tests;
  private int skipped;
  private final Map<String, Integer> reasons = new TreeMap<>();
  private final List<String> forbidden = new ArrayList<>();
  private final String quarantine;

  private TestSummary(String quarantine) {
    this.quarantine = quarantine;
  }

  /**
   * Sums the reports of this build up.
   *
   * @param arguments the repository's root; the build's start (ISO 8601), since the reports of
   *     earlier builds lie in the same folders
   */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    long start = Instant.parse(arguments[1]).toEpochMilli();
    TestSummary summary =
        new TestSummary(Files.readString(root.resolve("tests").resolve("QUARANTINE.md")));
    for (Path report : reports(root)) {
      if (Files.getLastModifiedTime(report).toMillis() >= start) {
        summary.add(report);
      }
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    summary.print(out);
    if (summary.tests == 0 || !summary.forbidden.isEmpty()) {
      System.exit(1);
    }
  }

  private static List<Path> reports(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root, 4)) {
      return files
          .filter(file -> file.toString().replace('\\', '/').contains("/target/surefire-reports/"))
          .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
          .sorted()
          .toList();
    }
  }

  private void add(Path report) {
    Element suite;
    try {
      suite =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report.toFile())
              .getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException("test summary: " + report + ": not a test report", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tests += Integer.parseInt(suite.getAttribute("tests"));
    NodeList skips = suite.getElementsByTagName("skipped");
    for (int i = 0; i < skips.getLength(); i++) {
      Element skip = (Element) skips.item(i);
      Element test = (Element) skip.getParentNode();
      skipped(test.getAttribute("classname"), test.getAttribute("name"), reason(skip));
    }
  }

  private static String reason(Element skip) {
    String message = skip.getAttribute("message");
    String reason = message.isEmpty() ? skip.getTextContent().strip() : message;
    return reason.lines().findFirst().orElse("no reason given").replace("Assumption failed: ", "");
  }

  private void skipped(String type, String test, String reason) {
    skipped++;
    reasons.merge(reason, 1, Integer::sum);
    String simple = type.substring(type.lastIndexOf('.') + 1);
    boolean outside = reason.contains("VITRINE_DATA") || reason.contains("VITRINE_MINILM");
    if (!outside && !quarantine.contains(simple)) {
      forbidden.add(type + "." + test + ": " + reason);
    }
  }

  private void print(PrintStream out) {
    reasons.forEach((reason, count) -> out.println("skipped " + count + ": " + reason));
    forbidden.forEach(
        line -> out.println("skipped without a line in tests/QUARANTINE.md: " + line));
    if (tests == 0) {
      out.println("no test ran in this build; expected some");
    }
    out.println("Total: " + tests + " tests, " + skipped + " skipped");
  }
}
