package vitrine.engine.io;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The header of an {@code .npy} file: a Python dictionary with exactly the keys {@code descr},
 * {@code fortran_order} and {@code shape} (NEP 1).
 */
record NpyHeader(Kind kind, int width, ByteOrder byteOrder, Layout layout, List<Long> shape) {
  private static final int ALIGNMENT = 64;
  private static final int PREFIX = 10;
  // numpy leaves room for the first axis to grow to this many digits without moving the data.
  private static final int GROWTH_DIGITS = 21;
  private static final int MOST_AXES = 64;

  enum Kind {
    FLOAT,
    SIGNED,
    UNSIGNED,
    BOOLEAN
  }

  enum Layout {
    ROW_MAJOR,
    COLUMN_MAJOR
  }

  /** A header that is not as the format says; the message tells what and what was expected. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  NpyHeader {
    shape = List.copyOf(shape);
  }

  /** The number of elements; empty when it does not fit 63 bits. */
  Optional<Long> size() {
    // An axis of length 0 makes any other harmless.
    if (shape.contains(0L)) {
      return Optional.of(0L);
    }
    long size = 1;
    for (long length : shape) {
      if (Math.multiplyHigh(size, length) != 0 || size * length < 0) {
        return Optional.empty();
      }
      size *= length;
    }
    return Optional.of(size);
  }

  /**
   * Everything before the data of a float32, little-endian, C-order array, byte for byte as numpy
   * writes it.
   */
  static byte[] bytes(long[] shape) {
    StringBuilder text = new StringBuilder("{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int axis = 0; axis < shape.length; axis++) {
      text.append(axis == 0 ? "" : ", ").append(shape[axis]);
    }
    text.append(shape.length == 1 ? ",), }" : "), }");
    if (shape.length > 0) {
      text.repeat(' ', GROWTH_DIGITS - Long.toString(shape[0]).length());
    }
    int unpadded = PREFIX + text.length() + 1;
    text.repeat(' ', ALIGNMENT - unpadded % ALIGNMENT).append('\n');
    byte[] bytes = new byte[PREFIX + text.length()];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    System.arraycopy(magic, 0, bytes, 0, magic.length);
    bytes[8] = (byte) text.length();
    bytes[9] = (byte) (text.length() >> 8);
    for (int i = 0; i < text.length(); i++) {
      bytes[PREFIX + i] = (byte) text.charAt(i);
    }
    return bytes;
  }

  /** Reads the dictionary. */
  static NpyHeader parse(String text) throws Malformed {
    return new Parser(text).header();
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    NpyHeader header() throws Malformed {
      String descr = "";
      Layout layout = Layout.ROW_MAJOR;
      List<Long> shape = List.of();
      Set<String> seen = new HashSet<>();
      expect('{');
      while (!taken('}')) {
        String key = string();
        expect(':');
        if (!seen.add(key)) {
          throw new Malformed("key '" + key + "' twice; expected each key once");
        }
        switch (key) {
          case "descr" -> descr = string();
          case "fortran_order" -> layout = bool() ? Layout.COLUMN_MAJOR : Layout.ROW_MAJOR;
          case "shape" -> shape = tuple();
          default ->
              throw new Malformed("key '" + key + "'; expected descr, fortran_order and shape");
        }
        if (!taken(',')) {
          expect('}');
          break;
        }
      }
      spaces();
      if (at < text.length() || seen.size() != 3) {
        throw new Malformed("header; expected one dictionary of descr, fortran_order and shape");
      }
      return typed(descr, layout, shape);
    }

    private static NpyHeader typed(String descr, Layout layout, List<Long> shape) throws Malformed {
      ByteOrder order =
          switch (descr.isEmpty() ? ' ' : descr.charAt(0)) {
            case '<', '|' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            default -> throw type(descr);
          };
      String rest = descr.substring(1);
      Kind kind =
          switch (rest) {
            case "f2", "f4", "f8" -> Kind.FLOAT;
            case "i1", "i2", "i4", "i8" -> Kind.SIGNED;
            case "u1", "u2", "u4", "u8" -> Kind.UNSIGNED;
            case "b1" -> Kind.BOOLEAN;
            default -> throw type(descr);
          };
      int width = rest.charAt(1) - '0';
      if (descr.charAt(0) == '|' && width > 1) {
        throw type(descr);
      }
      return new NpyHeader(kind, width, order, layout, shape);
    }

    private static Malformed type(String descr) {
      return new Malformed(
          "element type '" + descr + "'; expected floats (f2, f4, f8), integers or booleans");
    }

    private List<Long> tuple() throws Malformed {
      List<Long> lengths = new ArrayList<>();
      expect('(');
      boolean open = true;
      while (!taken(')')) {
        if (!open || lengths.size() == MOST_AXES) {
          throw new Malformed("shape; expected a tuple of at most " + MOST_AXES + " lengths");
        }
        lengths.add(length());
        open = taken(',');
      }
      // (5) is a number to Python, (5,) a tuple.
      if (lengths.size() == 1 && !open) {
        throw new Malformed("shape; expected a tuple, as (5,)");
      }
      return lengths;
    }

    private long length() throws Malformed {
      spaces();
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      // 18 digits always fit; no file is larger.
      if (at == start || at - start > 18) {
        throw new Malformed("shape; expected lengths that are whole numbers from 0");
      }
      long length = Long.parseLong(text.substring(start, at));
      if (at < text.length() && text.charAt(at) == 'L') {
        at++; // as Python 2 wrote it
      }
      return length;
    }

    private boolean bool() throws Malformed {
      spaces();
      if (text.startsWith("True", at)) {
        at += 4;
        return true;
      }
      if (text.startsWith("False", at)) {
        at += 5;
        return false;
      }
      throw new Malformed("fortran_order; expected True or False");
    }

    private String string() throws Malformed {
      spaces();
      if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
        int end = text.indexOf(text.charAt(at), at + 1);
        if (end > 0 && end - at < 32) {
          String value = text.substring(at + 1, end);
          at = end + 1;
          if (value.chars().allMatch(c -> c > ' ' && c < 127 && c != '\\')) {
            return value;
          }
        }
      }
      throw new Malformed("header; expected a quoted word at character " + at);
    }

    private void expect(char c) throws Malformed {
      if (!taken(c)) {
        throw new Malformed("header; expected '" + c + "' at character " + at);
      }
    }

    private boolean taken(char c) {
      spaces();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void spaces() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
        at++;
      }
    }
  }
}
