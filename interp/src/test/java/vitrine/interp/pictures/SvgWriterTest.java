package vitrine.interp.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class SvgWriterTest {
  private static List<Element> elements(Document svg, String name) {
    NodeList nodes = svg.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  @Test
  void should_say_what_it_shows_when_read_aloud() {
    Document svg = Xml.parse(Pictures.svg(List.of(Samples.heatmap(2, 3))));
    Element root = svg.getDocumentElement();
    assertEquals("img", root.getAttribute("role"));
    assertEquals("picture-title picture-desc", root.getAttribute("aria-labelledby"));
    assertEquals("A title", elements(svg, "title").getFirst().getTextContent());
    assertEquals(
        "Each cell is one head. Mean over 8 texts.",
        elements(svg, "desc").getFirst().getTextContent());
  }

  @Test
  void should_have_each_cell_with_its_words_when_there_are_few() {
    Heatmap map = Samples.heatmap(12, 12);
    Document svg = Xml.parse(Pictures.svg(List.of(map)));
    List<String> tips =
        elements(svg, "rect").stream()
            .map(rect -> rect.getElementsByTagName("title"))
            .filter(titles -> titles.getLength() == 1)
            .map(titles -> titles.item(0).getTextContent())
            .toList();
    assertEquals(144, tips.stream().filter(tip -> tip.startsWith("layer ")).count());
    String last = "layer 11, head 11: entropy " + Figures.of(map.values().at(11, 11)) + " nats";
    assertTrue(tips.contains(last), last);
  }

  @Test
  void should_stay_small_when_there_are_many_cells() {
    String svg = Pictures.svg(List.of(Samples.heatmap(12, 1024)));
    Xml.parse(svg);
    assertTrue(svg.length() < 700_000, svg.length() + " characters");
    assertFalse(svg.contains("layer 11, head 1023"));
  }

  @Test
  void should_change_paper_and_text_but_no_cell_when_the_reader_prefers_dark() {
    String svg = Pictures.svg(List.of(Samples.heatmap(2, 2)));
    assertTrue(svg.contains("prefers-color-scheme:dark"));
    assertTrue(svg.contains(".f-paper{fill:" + Tone.PAPER.dark().hex() + "}"));
    Document parsed = Xml.parse(svg);
    for (Element rect : elements(parsed, "rect")) {
      boolean isCell = rect.getElementsByTagName("title").getLength() == 1;
      assertEquals(!isCell, rect.hasAttribute("class"), rect.getAttribute("fill"));
    }
  }

  @Test
  void should_stand_side_by_side_when_there_are_several() {
    Drawing one = Layout.of(Samples.heatmap(2, 2));
    Drawing sheet = Drawing.sheet(List.of(one, one, one, one));
    assertTrue(sheet.width() > 2 * one.width(), "two in a line at least");
    assertTrue(sheet.height() > one.height(), "more than one line");
    assertEquals(4 * one.marks().size(), sheet.marks().size());
    Xml.parse(SvgWriter.document(sheet));
  }

  @Test
  void should_keep_everything_on_the_paper_when_any_size() {
    List<Picture> pictures =
        List.of(
            Samples.heatmap(1, 1),
            Samples.heatmap(12, 12),
            Samples.heatmap(12, 1024),
            Samples.heatmap(300, 3),
            Samples.lines(24, 13),
            Samples.lines(1, 1));
    int marks = 0;
    for (Picture picture : pictures) {
      Drawing drawing = Layout.of(picture);
      for (Mark mark : drawing.marks()) {
        if (mark instanceof Mark.Words words && words.turn() == Mark.Turn.ACROSS) {
          double length = Letters.width(words.text(), words.role().size());
          double left =
              switch (words.anchor()) {
                case START -> words.x();
                case MIDDLE -> words.x() - length / 2;
                case END -> words.x() - length;
              };
          assertTrue(left >= -1, words + " of " + drawing.width());
          assertTrue(left + length <= drawing.width() + 1, words + " of " + drawing.width());
          assertTrue(words.y() <= drawing.height(), words + " of " + drawing.height());
          marks++;
        }
      }
    }
    assertTrue(marks > 300, marks + " texts");
  }
}
