package vitrine.engine.data;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.TextCuts;
import vitrine.engine.text.Tokenizer;

/**
 * Long texts as token ids. Files are documents, and so is what stands between two {@code
 * <|endoftext|>} in a file; between documents stands the tokenizer's end-of-text token, or its
 * separator where it has no such.
 *
 * <p>A file is tokenized in pieces, cut where that changes no token ({@link TextCuts}), so the
 * tokens are those of the whole text. A piece has some ten thousand characters, and more only where
 * so many have no such place among them. (A tokenizer that puts a blank before a text puts one
 * before every piece that begins otherwise.)
 */
public final class TokenizedText {
  private static final String MARK = "<|endoftext|>";
  private static final int PIECE = 1 << 15;

  /** Told after each piece how far it is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param file being read
     * @param chars read so far, of all files
     * @param tokens that they gave
     */
    void at(Path file, long chars, long tokens);
  }

  private final Tokenizer tokenizer;
  private final Frame frame;
  private final OptionalInt joint;
  private final boolean knowsMark;
  private final Progress progress;
  private final TokenIds ids;
  private final StringBuilder pending = new StringBuilder();

  /**
   * How many of the pending characters are known to have no place for a cut, when there are many.
   */
  private int searched;

  private long chars;

  private TokenizedText(Tokenizer tokenizer, Progress progress) {
    this.tokenizer = tokenizer;
    this.progress = progress;
    frame = Frame.of(tokenizer);
    joint = tokenizer.endOfText().isPresent() ? tokenizer.endOfText() : tokenizer.separator();
    OptionalInt mark = tokenizer.id(MARK);
    knowsMark = mark.isPresent() && tokenizer.isSpecial(mark.getAsInt());
    ids = new TokenIds(tokenizer.size());
  }

  /**
   * Reads files, in their order, without the special tokens around a text.
   *
   * @throws InputException when one is empty, cannot be read or is not UTF-8
   */
  public static TokenIds read(List<Path> files, Tokenizer tokenizer, Progress progress) {
    if (files.isEmpty()) {
      throw new InputException("text: no files; expected at least one.");
    }
    TokenizedText text = new TokenizedText(tokenizer, progress);
    for (Path file : files) {
      text.endDocument();
      TextFile.forEachLine(file, line -> text.line(file, line));
      text.finish(file);
    }
    text.ids.trim();
    return text.ids;
  }

  private void line(Path file, String line) {
    int from = 0;
    if (!knowsMark) {
      for (int at = line.indexOf(MARK); at >= 0; at = line.indexOf(MARK, from)) {
        pending.append(line, from, at);
        finish(file);
        endDocument();
        from = at + MARK.length();
      }
    }
    pending.append(line, from, line.length());
    drop(encodePieces(file));
  }

  /** Tokenizes what is pending, of which nothing is held back. */
  private void finish(Path file) {
    int done = encodePieces(file);
    encode(file, done, pending.length());
    drop(pending.length());
  }

  /** Tokenizes pieces as long as there is enough for one; says where the last one ended. */
  private int encodePieces(Path file) {
    int done = 0;
    while (pending.length() - done >= PIECE) {
      int cut = TextCuts.last(pending, Math.max(done + 1, searched), done + PIECE);
      if (cut == 0) {
        cut = TextCuts.first(pending, Math.max(done + PIECE, searched), pending.length());
      }
      if (cut == 0) {
        searched = pending.length();
        return done;
      }
      encode(file, done, cut);
      done = cut;
    }
    return done;
  }

  /** Forgets the first of the pending characters. */
  private void drop(int count) {
    pending.delete(0, count);
    searched = Math.max(0, searched - count);
  }

  private void encode(Path file, int from, int to) {
    if (from == to) {
      return;
    }
    Encoding encoding = tokenizer.encode(pending.substring(from, to));
    int end = encoding.length() - frame.after().length;
    for (int i = frame.before().length; i < end; i++) {
      ids.add(encoding.id(i));
    }
    chars += to - from;
    progress.at(file, chars, ids.size());
  }

  /** What follows is another document. */
  private void endDocument() {
    if (joint.isPresent() && ids.size() > 0 && ids.get(ids.size() - 1) != joint.getAsInt()) {
      ids.add(joint.getAsInt());
    }
  }
}
