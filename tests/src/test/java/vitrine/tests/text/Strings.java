package vitrine.tests.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Strings to tokenize: lines of corpora, and seeded ones made to be difficult. */
final class Strings {
  private Strings() {}

  private static final int LINES_A_FILE = 1000;

  /** White space of every kind, with and without the property, and what stands next to it. */
  private static final String SPACES =
      " \t\n\u000b\f\r\u001c\u001f\u0085\u00a0\u1680\u180e\u2000\u2003\u200a\u200b\u2028\u2029"
          + "\u202f\u205f\u2060\u3000\ufeff";

  private static final List<String> WORDS =
      List.of(
          "a",
          "B",
          "the",
          "I'm",
          "we'll",
          "they've",
          "'s",
          "'S",
          "can't",
          "''",
          "'re'd",
          "12",
          "3.14",
          "x²",
          "½",
          "Ⅷ",
          "é",
          "e\u0301",
          "İ",
          "ß",
          "ΑΣ",
          "ŉ",
          "ﬁ",
          "中文",
          "日本語",
          "한국어",
          "ไทย",
          "हिन्दी",
          "🙂",
          "👩\u200d👩\u200d👧",
          "🇩🇪",
          "\u0301",
          "\u0000",
          "\ufffd",
          "\u00ad",
          "!",
          "?!",
          "--",
          "…",
          "$5",
          "@x",
          "#",
          "##ing",
          "[MASK]",
          "[mask]",
          "[CLS]",
          "[SEP",
          "<|endoftext|>",
          "<|endoftext",
          "_",
          "`",
          "^~",
          "¿",
          "«",
          "unbelievably",
          "Internationalization");

  /** Lines of every text file under a folder, at most some thousands of each, longest last. */
  static List<String> corpora(Path data) {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Strings::isText).sorted().toList()) {
        try (Stream<String> text = lines(file)) {
          text.filter(line -> !line.isBlank()).limit(LINES_A_FILE).forEach(lines::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  private static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file)
        && Stream.of(
                ".txt", ".tsv", ".jsonl", ".json", ".conllu", ".csv", ".iob2", ".md", ".gz", ".pos",
                ".neg", ".bpe")
            .anyMatch(name::endsWith);
  }

  private static Stream<String> lines(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes =
          file.toString().endsWith(".gz")
              ? new GZIPInputStream(in).readAllBytes()
              : in.readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList().stream();
    }
  }

  /** White space and difficult words in random order. */
  static List<String> adversarial(int count, long seed) {
    Random random = new Random(seed);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      int parts = random.nextInt(12);
      for (int part = 0; part < parts; part++) {
        if (random.nextInt(3) > 0) {
          int run = 1 + random.nextInt(3);
          for (int k = 0; k < run; k++) {
            text.append(
                random.nextBoolean() ? ' ' : SPACES.charAt(random.nextInt(SPACES.length())));
          }
        }
        if (random.nextInt(4) > 0) {
          text.append(WORDS.get(random.nextInt(WORDS.size())));
        }
      }
      strings.add(text.toString());
    }
    return strings;
  }

  /** Random code points that this JDK's Unicode assigns, alone and in clusters of one block. */
  static List<String> unicode(int count, long seed) {
    Random random = new Random(seed);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      int length = 1 + random.nextInt(24);
      int base = assigned(random);
      for (int k = 0; k < length; k++) {
        switch (random.nextInt(8)) {
          case 0 -> text.append(' ');
          case 1 -> base = assigned(random);
          case 2 -> text.appendCodePoint(0x300 + random.nextInt(0x70));
          case 3 -> text.append((char) (' ' + random.nextInt(95)));
          default -> text.appendCodePoint(near(base, random));
        }
      }
      strings.add(text.toString());
    }
    return strings;
  }

  private static int near(int base, Random random) {
    int c = (base & ~0x7f) + random.nextInt(0x80);
    return isAssigned(c) ? c : base;
  }

  private static int assigned(Random random) {
    while (true) {
      int c = random.nextInt(random.nextInt(3) == 0 ? 0x110000 : 0x20000);
      // Private use fills planes 15 and 16; enough of it lies in the BMP.
      if (isAssigned(c) && c < 0xf0000) {
        return c;
      }
    }
  }

  private static boolean isAssigned(int c) {
    return Character.isDefined(c) && !(c >= 0xd800 && c < 0xe000);
  }
}
