package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/**
 * A picture laid out: what stands where. Every writer of images draws this and nothing else.
 *
 * @param title for who cannot see it
 * @param description likewise: how to read it, and its notes
 * @param marks drawn in this order
 */
record Drawing(double width, double height, String title, String description, List<Mark> marks) {
  Drawing {
    marks = List.copyOf(marks);
  }

  /** Room between drawings on one sheet. */
  private static final double GUTTER = 12;

  /** A sheet is not wider, unless a single drawing is. */
  private static final double WIDEST_SHEET = 1180;

  /** Several drawings on one sheet, in lines from left to right; one alone stays as it is. */
  static Drawing sheet(List<Drawing> drawings) {
    if (drawings.size() == 1) {
      return drawings.getFirst();
    }
    List<Mark> marks = new ArrayList<>();
    List<String> titles = new ArrayList<>();
    List<String> descriptions = new ArrayList<>();
    double x = 0;
    double y = 0;
    double lineHeight = 0;
    double width = 0;
    for (Drawing drawing : drawings) {
      if (x > 0 && x + drawing.width() > WIDEST_SHEET) {
        y += lineHeight + GUTTER;
        x = 0;
        lineHeight = 0;
      }
      for (Mark mark : drawing.marks()) {
        marks.add(mark.moved(x, y));
      }
      titles.add(drawing.title());
      descriptions.add(drawing.title() + ": " + drawing.description());
      width = Math.max(width, x + drawing.width());
      lineHeight = Math.max(lineHeight, drawing.height());
      x += drawing.width() + GUTTER;
    }
    return new Drawing(
        width, y + lineHeight, String.join("; ", titles), String.join(" ", descriptions), marks);
  }

  /** Collects marks. */
  static final class Builder {
    private final List<Mark> marks = new ArrayList<>();

    void add(Mark mark) {
      marks.add(mark);
    }

    void box(double x, double y, double width, double height, Paint fill, String tip) {
      add(new Mark.Box(x, y, width, height, fill, tip));
    }

    /** A thin line that is no data. */
    void rule(double x1, double y1, double x2, double y2, Tone tone) {
      add(
          new Mark.Polyline(
              List.of(new Mark.Spot(x1, y1), new Mark.Spot(x2, y2)),
              Paint.of(tone),
              1,
              Mark.Dash.SOLID,
              null));
    }

    void text(double x, double y, String text, TextRole role, Mark.Anchor anchor) {
      Tone tone = role == TextRole.TICK || role == TextRole.NOTE ? Tone.SOFT : Tone.INK;
      text(x, y, text, role, anchor, Paint.of(tone));
    }

    void text(double x, double y, String text, TextRole role, Mark.Anchor anchor, Paint fill) {
      add(new Mark.Words(x, y, text, role, anchor, Mark.Turn.ACROSS, fill));
    }

    /** A text that reads from below to above. */
    void upright(double x, double y, String text, TextRole role, Mark.Anchor anchor) {
      Tone tone = role == TextRole.TICK ? Tone.SOFT : Tone.INK;
      add(new Mark.Words(x, y, text, role, anchor, Mark.Turn.UP, Paint.of(tone)));
    }

    Drawing build(double width, double height, Caption caption) {
      String description = String.join(" ", sentences(caption));
      return new Drawing(width, height, caption.title(), description, marks);
    }

    private static List<String> sentences(Caption caption) {
      List<String> sentences = new ArrayList<>();
      sentences.add(caption.reading());
      sentences.addAll(caption.notes());
      return sentences;
    }
  }
}
