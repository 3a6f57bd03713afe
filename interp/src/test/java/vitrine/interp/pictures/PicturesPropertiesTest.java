package vitrine.interp.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.interp.io.Json;

/** Any text and any number, in every kind of picture, through every writer. */
final class PicturesPropertiesTest {
  @Provide
  Arbitrary<String> hostile() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "</script><script>alert(1)</script>",
            "<svg onload=alert(1)>",
            "\"><img src=x onerror=alert(1)>",
            "]]>&amp;<!--",
            "\u202Egnp.exe",
            "a\u0000b\u0007c\u001b[31m",
            "\uD800",
            "\uDC00x\uFFFE",
            "\u2028\u2029",
            "日本語 🙂 e\u0301",
            "",
            "   ",
            "{{constructor}}",
            "=1+1"),
        Arbitraries.strings().all().ofMaxLength(40));
  }

  @Provide
  Arbitrary<Double> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0.0,
            -0.0,
            Double.MIN_VALUE,
            1e300,
            -1e-300),
        Arbitraries.doubles().between(-1e9, 1e9));
  }

  @Property(tries = 150)
  void should_be_well_formed_and_say_the_same_when_svg(
      @ForAll("hostile") String name, @ForAll("numbers") double number) {
    for (Picture picture : Samples.all(name, number)) {
      String text = Pictures.svg(List.of(picture));
      Document svg = Xml.parse(text);
      assertEquals(
          Markup.plain("Title of " + name + "."),
          svg.getElementsByTagName("title").item(0).getTextContent());
      NodeList all = svg.getElementsByTagName("*");
      for (int i = 0; i < all.getLength(); i++) {
        String element = all.item(i).getNodeName();
        assertTrue(
            List.of("svg", "title", "desc", "style", "rect", "polyline", "polygon", "circle")
                    .contains(element)
                || List.of("text", "g", "path").contains(element),
            element);
        for (String attribute : List.of("x", "y", "width", "height", "points", "cx", "cy", "d")) {
          var value = all.item(i).getAttributes().getNamedItem(attribute);
          if (value != null) {
            assertFalse(value.getNodeValue().matches(".*(NaN|Infinity).*"), value.toString());
          }
        }
      }
    }
  }

  @Property(tries = 100)
  void should_hold_no_markup_but_its_own_when_html(
      @ForAll("hostile") String name, @ForAll("numbers") double number) {
    TreeMap<String, String> facts = new TreeMap<>();
    facts.put(name, name);
    JsonNode data = Json.object().put("name", name);
    String html = Pictures.html(new Page(name, Samples.all(name, number), facts, data));
    assertEquals(2, count(html, "<script"));
    assertEquals(2, count(html, "</script"));
    assertEquals(8, count(html, "<svg"));
    assertEquals(0, count(html, "<img"));
    assertEquals(0, count(html, "http:") + count(html, "https:"));
    String json = between(html, "<script type=\"application/json\" id=\"data\">", "</script>");
    JsonNode read = JsonMapper.builder().build().readTree(json);
    assertEquals(name, read.get("result").get("name").stringValue());
    assertEquals(8, read.get("pictures").size());
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  private static String between(String text, String from, String to) {
    int start = text.indexOf(from) + from.length();
    return text.substring(start, text.indexOf(to, start));
  }

  @Property(tries = 150)
  void should_fit_the_line_and_hold_no_controls_when_text(
      @ForAll("hostile") String name,
      @ForAll("numbers") double number,
      @ForAll @IntRange(min = 40, max = 200) int width) {
    for (Picture picture : Samples.all(name, number)) {
      String text = Pictures.text(picture, width);
      assertTrue(text.endsWith("\n"));
      text.codePoints()
          .forEach(c ->
              assertTrue(
                  c == '\n'
                      || (!Character.isISOControl(c)
                          && Character.getType(c) != Character.SURROGATE),
                  Integer.toHexString(c)));
    }
  }

  @Property(tries = 50)
  void should_have_a_row_for_every_number_when_a_table(
      @ForAll("hostile") String name, @ForAll("numbers") double number) {
    List<Integer> rows =
        Samples.all(name, number).stream()
            .map(picture -> Pictures.table(picture).rows().size())
            .toList();
    assertEquals(List.of(4, 4, 3, 2, 2, 2, 1, 1), rows);
  }

  @Property(tries = 200)
  void should_stay_between_its_ends_when_a_span(
      @ForAll("numbers") double a, @ForAll("numbers") double b) {
    Axes.Span span = Axes.Span.of(DoubleStream.of(a, b));
    assertTrue(span.low() < span.high(), span.toString());
    assertTrue(span.ticks().size() >= 2 && span.ticks().size() <= 12, span.toString());
    for (double number : new double[] {a, b}) {
      if (Double.isFinite(number)) {
        double slack = 1e-9 * (span.high() - span.low());
        assertTrue(span.low() <= number + slack && number - slack <= span.high(), span.toString());
      }
    }
  }
}
