package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a picture.
 *
 * @param title what is shown, a few words
 * @param reading how to read it, one sentence
 * @param notes what the reader must know beside: what was left out, what it does not tell
 */
public record Caption(String title, String reading, List<String> notes) {
  public Caption {
    notes = List.copyOf(notes);
    if (title.isBlank() || reading.isBlank()) {
      throw new IllegalArgumentException("caption: expected a title and how to read the picture");
    }
  }

  public static Caption of(String title, String reading) {
    return new Caption(title, reading, List.of());
  }

  /** This caption with one more note. */
  public Caption note(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new Caption(title, reading, more);
  }
}
