package vitrine.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Truncation;

/** A labelled file as a model sees it. */
public final class LabelledExamples implements Examples {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

  private final List<Example> examples = new ArrayList<>();
  private final String fingerprint;
  private final int longest;

  private final LabelledFile file;
  private final LabelSet labels;
  private final Tokenizer tokenizer;
  private final int positions;
  private final TooLong tooLong;

  /**
   * Tokenizes a file.
   *
   * @param labels the classes, of which every label must be one; {@link LabelSet#NONE} for values
   *     and answers
   * @param positions the most tokens an example may have
   * @throws vitrine.engine.InputException naming the line when a label or a text does not fit
   */
  public LabelledExamples(
      LabelledFile file, LabelSet labels, Tokenizer tokenizer, int positions, TooLong tooLong) {
    this.file = file;
    this.labels = labels;
    this.tokenizer = tokenizer;
    this.positions = positions;
    this.tooLong = tooLong;
    Fingerprint hash = new Fingerprint("labelled");
    labels.names().forEach(hash::add);
    for (Row row : file.rows()) {
      Example example = example(row);
      examples.add(example);
      add(hash, example);
    }
    fingerprint = hash.hex();
    longest = examples.stream().mapToInt(example -> example.ids().length).max().orElseThrow();
  }

  private static void add(Fingerprint hash, Example example) {
    hash.add(example.ids());
    int[] typeIds = example.typeIds();
    if (typeIds != null) {
      hash.add(typeIds);
    }
    switch (example.labels()) {
      case Labels.One one -> hash.add(one.value());
      case Labels.Many many -> hash.add(many.values());
      case null -> throw new IllegalStateException("an example without labels");
    }
  }

  private Example example(Row row) {
    return switch (row) {
      case Row.Texts texts -> {
        String pair = texts.pair();
        Encoding encoding =
            pair == null ? encode(row, texts.text()) : encode(row, texts.text(), pair);
        yield example(encoding, new Labels.One(label(texts)));
      }
      case Row.Words words -> words(words);
      case Row.Answer answer -> answer(answer);
    };
  }

  private double label(Row.Texts row) {
    return switch (file.task()) {
      case CLASSES -> classOf(row, row.label());
      case VALUE -> value(row);
      case WORDS, ANSWERS -> throw new IllegalStateException("a row of another task");
    };
  }

  private int classOf(Row row, String label) {
    return labels
        .classOf(label)
        .orElseThrow(() ->
            file.wrong(
                row,
                "label " + LabelledFile.quoted(label),
                "one of the set: " + labels + ". Mend the line, or the set."));
  }

  private double value(Row.Texts row) {
    // Double.parseDouble alone would take hexadecimal and a type suffix too.
    double value =
        NUMBER.matcher(row.label()).matches() ? Double.parseDouble(row.label()) : Double.NaN;
    if (!Double.isFinite(value)) {
      throw file.wrong(row, "value " + LabelledFile.quoted(row.label()), "a number.");
    }
    return value;
  }

  private Encoding encode(Row row, String text) {
    return fit(row, tokenizer.encode(text), () -> tokenizer.encode(text, Truncation.to(positions)));
  }

  private Encoding encode(Row row, String text, String pair) {
    return fit(
        row,
        tokenizer.encode(text, pair),
        () -> tokenizer.encode(text, pair, Truncation.to(positions)));
  }

  private Encoding fit(Row row, Encoding whole, Supplier<Encoding> cut) {
    if (whole.length() == 0) {
      throw file.wrong(row, "a text that gives no token", "some text.");
    }
    if (whole.length() <= positions) {
      return whole;
    }
    return switch (tooLong) {
      case CUT -> cut.get();
      case REFUSE ->
          throw file.wrong(
              row,
              whole.length() + " tokens",
              "at most "
                  + positions
                  + " (the model's positions, or --length). Shorten the text, or have texts cut"
                  + " (--truncate).");
    };
  }

  private static Example example(Encoding encoding, Labels labels) {
    Example example = Example.of(encoding.ids()).withLabels(labels);
    int[] typeIds = encoding.typeIds();
    return Arrays.stream(typeIds).allMatch(type -> type == 0)
        ? example
        : example.withTypeIds(typeIds);
  }

  /** The first piece of a word has its label; other pieces and special tokens have none. */
  private Example words(Row.Words row) {
    int[] starts = new int[row.words().size()];
    StringBuilder text = new StringBuilder();
    for (int w = 0; w < starts.length; w++) {
      text.append(w == 0 ? "" : " ");
      starts[w] = text.length();
      text.append(row.words().get(w));
    }
    Encoding encoding = encode(row, text.toString());
    int[] classes = new int[encoding.length()];
    Arrays.fill(classes, Labels.IGNORED);
    int last = starts.length; // no word yet
    for (int t = 0; t < classes.length; t++) {
      if (encoding.end(t) == 0) {
        continue; // added by the tokenizer
      }
      int at = Arrays.binarySearch(starts, encoding.start(t));
      int word = at >= 0 ? at : -at - 2;
      if (word != last) {
        classes[t] = classOf(row, row.labels().get(word));
        last = word;
      }
    }
    if (Arrays.stream(classes).allMatch(c -> c == Labels.IGNORED)) {
      throw file.wrong(row, "words that give no token", "some text.");
    }
    return example(encoding, new Labels.Many(classes));
  }

  /** From the first token of the answer to its last. */
  private Example answer(Row.Answer row) {
    Encoding encoding = encode(row, row.question(), row.context());
    int[] typeIds = encoding.typeIds();
    int start = encoding.length();
    int end = encoding.length();
    for (int t = 0; t < encoding.length(); t++) {
      boolean inside =
          typeIds[t] == 1 && encoding.end(t) > row.start() && encoding.start(t) < row.end();
      if (inside) {
        start = Math.min(start, t);
        end = t;
      }
    }
    if (start == encoding.length()) {
      throw file.wrong(
          row,
          "an answer that gives no token of the model, or is cut off",
          "one within the model's " + positions + " positions.");
    }
    return example(encoding, new Labels.Many(new int[] {start, end}));
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public Example get(int index, long key) {
    return examples.get(index);
  }

  @Override
  public int length(int index) {
    return examples.get(index).ids().length;
  }

  @Override
  public int longest() {
    return longest;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }
}
