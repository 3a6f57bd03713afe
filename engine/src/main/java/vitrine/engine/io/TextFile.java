package vitrine.engine.io;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import vitrine.engine.InputException;

/**
 * Reads text that a person gives: UTF-8, plain or packed by gzip. Which of the two is seen from the
 * first bytes, whatever the name says. Nothing is replaced or left out: what is not UTF-8 is an
 * error that says where, and so is a file without any text. Line ends stay as they are, and so does
 * a byte order mark.
 */
public final class TextFile {
  /** What one Java array can have; a longer text has to be read in lines. */
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private static final int CHUNK = 1 << 16;
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  /** What a decoder, and {@code new String}, puts in the place of bytes that are no UTF-8. */
  private static final char REPLACEMENT = '\ufffd';

  /** What errors begin with, if not otherwise said. */
  private static final String TEXT = "text";

  private TextFile() {}

  /** Something that is done with the open file. */
  private interface Reading<T> {
    T of(InputStream in, Where where) throws IOException;
  }

  /** The file, for messages. */
  private record Where(String operation, Path file, boolean packed) {
    InputException wrong(String actual, String remedy) {
      return new InputException(
          operation
              + ": "
              + file
              + ": "
              + actual
              + "; expected a text in UTF-8, plain or gzip. "
              + remedy);
    }

    InputException malformed(long at) {
      return wrong(
          "not UTF-8 at byte " + at + (packed ? " of what it unpacks to" : ""),
          "Convert it to UTF-8.");
    }
  }

  /**
   * The whole text.
   *
   * @throws InputException when the file cannot be read, is empty, is longer than one Java string
   *     can be, is a gzip that is broken or ends early, or is not UTF-8; the first byte that is not
   *     is named, counted from 0, after unpacking
   */
  public static String read(Path file) {
    return read(TEXT, file);
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param operation what errors begin with
   */
  public static String read(String operation, Path file) {
    return open(
        operation,
        file,
        (in, where) -> {
          byte[] bytes = in.readNBytes(MOST_BYTES);
          if (bytes.length == MOST_BYTES && in.read() >= 0) {
            throw where.wrong("2 GiB or more of text", "Split the file.");
          }
          if (bytes.length == 0) {
            throw empty(where);
          }
          String text = new String(bytes, StandardCharsets.UTF_8);
          if (text.indexOf(REPLACEMENT) >= 0) {
            // It stands in the file, or it stands for what is no UTF-8.
            decode(ByteBuffer.wrap(bytes), where);
          }
          return text;
        });
  }

  private static void decode(ByteBuffer bytes, Where where) {
    CharsetDecoder decoder = decoder();
    CharBuffer chars = CharBuffer.allocate(CHUNK);
    CoderResult result;
    do {
      result = decoder.decode(bytes, chars.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw where.malformed(bytes.position());
    }
  }

  /**
   * Hands over the text line by line, each with its line feed; the last one may have none. Holds no
   * more than a line at a time.
   *
   * @throws InputException as {@link #read}; lines before the place that is wrong have been handed
   *     over by then
   */
  public static void forEachLine(Path file, Consumer<String> lines) {
    forEachLine(TEXT, file, lines);
  }

  /**
   * As {@link #forEachLine(Path, Consumer)}.
   *
   * @param operation what errors begin with
   */
  public static void forEachLine(String operation, Path file, Consumer<String> lines) {
    open(
        operation,
        file,
        (in, where) -> {
          new Lines(where, lines).read(in);
          return file;
        });
  }

  private static <T> T open(String operation, Path file, Reading<T> reading) {
    Where plain = new Where(operation, file, false);
    if (Files.isDirectory(file)) {
      throw plain.wrong("a directory", "Name the files in it.");
    }
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
      raw.mark(2);
      boolean packed = raw.read() == GZIP_FIRST && raw.read() == GZIP_SECOND;
      raw.reset();
      return packed
          ? reading.of(new GZIPInputStream(raw, CHUNK), new Where(operation, file, true))
          : reading.of(raw, plain);
    } catch (NoSuchFileException e) {
      throw failed(plain, "no such file", "Check the path.", e);
    } catch (AccessDeniedException e) {
      throw failed(plain, "permission denied", "Check the owner and mode of the file.", e);
    } catch (EOFException e) {
      throw failed(plain, "gzip that ends early", "Fetch the file again.", e);
    } catch (ZipException e) {
      throw failed(plain, "broken gzip: " + e.getMessage(), "Fetch the file again.", e);
    } catch (IOException e) {
      throw failed(plain, "cannot be read: " + e.getMessage(), "Check the file and its disk.", e);
    }
  }

  private static InputException failed(Where where, String actual, String remedy, IOException e) {
    InputException failure = where.wrong(actual, remedy);
    failure.initCause(e);
    return failure;
  }

  private static InputException empty(Where where) {
    return where.wrong("empty", "Give a file that has some text.");
  }

  private static CharsetDecoder decoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /** Decodes chunk by chunk and cuts at line feeds. */
  private static final class Lines {
    private final Where where;
    private final Consumer<String> lines;
    private final StringBuilder begun = new StringBuilder();

    Lines(Where where, Consumer<String> lines) {
      this.where = where;
      this.lines = lines;
    }

    void read(InputStream in) throws IOException {
      CharsetDecoder decoder = decoder();
      ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
      // No UTF-8 has more chars than bytes, so a chunk never overflows.
      CharBuffer chars = CharBuffer.allocate(CHUNK);
      long before = 0;
      boolean atEnd = false;
      while (!atEnd) {
        int got = in.read(bytes.array(), bytes.position(), bytes.remaining());
        atEnd = got < 0;
        bytes.position(bytes.position() + Math.max(0, got)).flip();
        CoderResult result = decoder.decode(bytes, chars.clear(), atEnd);
        before += bytes.position();
        if (result.isError()) {
          throw where.malformed(before);
        }
        cut(chars.flip());
        bytes.compact();
      }
      if (before == 0) {
        throw empty(where);
      }
      if (!begun.isEmpty()) {
        lines.accept(begun.toString());
      }
    }

    private void cut(CharBuffer chars) {
      int from = 0;
      for (int at = 0; at < chars.length(); at++) {
        if (chars.charAt(at) == '\n') {
          lines.accept(begun.append(chars, from, at + 1).toString());
          begun.setLength(0);
          from = at + 1;
        }
      }
      if (begun.length() > MOST_BYTES - chars.length()) {
        throw where.wrong("a line of 2 GiB or more", "Break it into lines.");
      }
      begun.append(chars, from, chars.length());
    }
  }
}
