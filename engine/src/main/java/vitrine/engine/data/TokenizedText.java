package vitrine.engine.data;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;

/**
 * Long texts as token ids. Files are documents, and so is what stands between two {@code
 * <|endoftext|>} in a file; between documents stands the tokenizer's end-of-text token, or its
 * separator where it has no such.
 *
 * <p>A file is tokenized in pieces of bounded size, cut before white space that follows a letter, a
 * digit or a mark of ASCII. Neither GPT-2's words nor BERT's reach over such a place, so the tokens
 * are those of the whole text. (A tokenizer that puts a blank before a text puts one before every
 * piece that begins otherwise.)
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
      text.encode(file, text.pending.length());
    }
    text.ids.trim();
    return text.ids;
  }

  private void line(Path file, String line) {
    int from = 0;
    if (!knowsMark) {
      for (int at = line.indexOf(MARK); at >= 0; at = line.indexOf(MARK, from)) {
        pending.append(line, from, at);
        encode(file, pending.length());
        endDocument();
        from = at + MARK.length();
      }
    }
    pending.append(line, from, line.length());
    if (pending.length() >= PIECE) {
      encode(file, lastCut());
    }
  }

  /** The last place where the text may be cut; 0 for none. */
  private int lastCut() {
    for (int at = pending.length() - 1; at > 0; at--) {
      if (isBlank(pending.charAt(at)) && isSolid(pending.charAt(at - 1))) {
        return at;
      }
    }
    return 0;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\n';
  }

  private static boolean isSolid(char c) {
    return c > ' ' && c < 0x7f;
  }

  /** Tokenizes the first of the pending characters. */
  private void encode(Path file, int length) {
    if (length == 0) {
      return;
    }
    Encoding encoding = tokenizer.encode(pending.substring(0, length));
    int end = encoding.length() - frame.after().length;
    for (int i = frame.before().length; i < end; i++) {
      ids.add(encoding.id(i));
    }
    pending.delete(0, length);
    chars += length;
    progress.at(file, chars, ids.size());
  }

  /** What follows is another document. */
  private void endDocument() {
    if (joint.isPresent() && ids.size() > 0 && ids.get(ids.size() - 1) != joint.getAsInt()) {
      ids.add(joint.getAsInt());
    }
  }
}
