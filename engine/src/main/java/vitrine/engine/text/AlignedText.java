package vitrine.engine.text;

import java.util.Arrays;

/**
 * A text on its way through normalisation: each UTF-16 char knows which chars of the original text
 * it stands for.
 */
final class AlignedText implements CharSequence {
  private char[] chars;
  private int[] starts;
  private int[] ends;
  private int length;

  AlignedText(int capacity) {
    chars = new char[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
  }

  /** Appends a code point that stands for the original chars from {@code start} to {@code end}. */
  void append(int codePoint, int start, int end) {
    if (length + 2 > chars.length) {
      int capacity = Math.max(16, Math.addExact(chars.length, chars.length >> 1));
      chars = Arrays.copyOf(chars, capacity);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    if (Character.isBmpCodePoint(codePoint)) {
      put((char) codePoint, start, end);
    } else {
      put(Character.highSurrogate(codePoint), start, end);
      put(Character.lowSurrogate(codePoint), start, end);
    }
  }

  private void put(char c, int start, int end) {
    chars[length] = c;
    starts[length] = start;
    ends[length] = end;
    length++;
  }

  /** Where the original chars begin that the char at {@code index} stands for. */
  int start(int index) {
    return starts[index];
  }

  /** Where they end, excluded. */
  int end(int index) {
    return ends[index];
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public char charAt(int index) {
    return chars[index];
  }

  @Override
  public String subSequence(int from, int to) {
    return new String(chars, from, to - from);
  }

  @Override
  public String toString() {
    return new String(chars, 0, length);
  }
}
