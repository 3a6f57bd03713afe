package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.EventLines;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.OutputDirectory.Existing;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Table;
import vitrine.app.terminal.UsageException;
import vitrine.app.training.WordCheckpoint;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.engine.text.BytePairTrainer;
import vitrine.engine.text.Casing;
import vitrine.engine.text.TokenizerTrainer;
import vitrine.engine.text.Tokenizers;
import vitrine.engine.text.TrainedTokenizer;
import vitrine.engine.text.TrainingSize;
import vitrine.engine.text.WordPieceTrainer;
import vitrine.interp.io.Json;

/** {@code vitrine train-tokenizer}: from texts to the tokenizer's files of a model directory. */
@CommandLine.Command(
    name = "train-tokenizer",
    header = "Learn a tokenizer from texts: GPT-2's kind or BERT's.",
    description = {
      "Learn a tokenizer from texts and write its files in Hugging Face layout, for a model directory.",
      "The same texts give the same files, byte for byte."
    },
    footer = {
      "bpe is GPT-2's byte-level encoding: <|endoftext|>, the 256 bytes, then what the most frequent",
      "pairs make. wordpiece is BERT's: [PAD] [UNK] [CLS] [SEP] [MASK], the characters, then likewise.",
      "Texts are read line by line. Vocabularies and ids are those of Hugging Face's tokenizers; only",
      "that library's WordPiece lists the ## characters in another order every time.",
      "",
      "DIR/checkpoint keeps the words of the texts that are read until the tokenizer is done. The same",
      "call with --resume goes on from there.",
      "",
      "With --json one event a line:",
      "  {\"event\":\"started\",\"texts\":...,\"done\":...}            done: read before, by --resume",
      "  {\"event\":\"read\",\"texts\":...,\"words\":...}              after every text",
      "  {\"event\":\"words\",\"texts\":...,\"words\":...}             all are read",
      "  {\"event\":\"learned\",\"vocabulary\":...,\"of\":...}         after every 1000 tokens",
      "  {\"event\":\"done\",\"kind\":...,\"vocabulary\":...,\"out\":...,\"files\":[...]}",
      "",
      "Examples:",
      "  vitrine train-tokenizer --kind bpe --text README.md --vocabulary 500 --out out/tokenizer",
      "  vitrine train-tokenizer --kind wordpiece --text README.md STYLE.md --vocabulary 500 --out out/bert"
    })
final class TrainTokenizerCommand implements Command {
  private static final String INDEX = "tokenizer.json";

  /** Room for what a file system adds to the files' own bytes. */
  private static final long SLACK = 1 << 16;

  private static final int TOKENS_AN_EVENT = 1000;
  private static final long NANOS_A_NOTE = 2_000_000_000L;
  private static final long NANOS_A_CHECKPOINT = 5_000_000_000L;

  private final Console console;
  private final EventLines lines;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      required = true,
      description = "bpe, which is GPT-2's, or wordpiece, which is BERT's.")
  private String kind = "";

  @Option(
      names = "--text",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Texts in UTF-8, plain or gzip.")
  private List<Path> texts = List.of();

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      required = true,
      converter = Converters.Count.class,
      description = "How many tokens, special ones included; fewer if the texts give no more.")
  private int vocabulary;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Where the files go: a new or an empty directory.")
  private Path out = Path.of("");

  @Option(
      names = "--lowercase",
      description = "wordpiece: fold case and strip accents; so too if neither is given.")
  private boolean lowercase;

  @Option(names = "--cased", description = "wordpiece: keep case and accents.")
  private boolean cased;

  @Option(
      names = "--alphabet",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "wordpiece: how many characters at most, the most frequent; 1000 if not given.")
  private @Nullable Integer alphabet;

  @Option(
      names = "--min-frequency",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "How often a pair must occur to become a token; 2 if not given.")
  private int minFrequency = TrainingSize.USUAL_MIN_FREQUENCY;

  @Option(
      names = "--overwrite",
      description = "Replace the tokenizer's files in DIR, of either kind; other files in it stay.")
  private boolean overwrite;

  @Option(
      names = "--resume",
      description = "Go on in DIR after the last text that was read, if it was killed.")
  private boolean resume;

  @Option(names = "--json", description = "Events as JSON, one a line.")
  private boolean json;

  TrainTokenizerCommand(Console console) {
    this.console = console;
    this.lines = new EventLines(console);
  }

  @Override
  public void run() throws IOException {
    TokenizerTrainer trainer = trainer(new TrainingSize(vocabulary, minFrequency));
    Existing existing = overwrite ? Existing.REPLACE : Existing.REFUSE;
    WordCheckpoint checkpoint = new WordCheckpoint(out, counting());
    int done = begin(checkpoint, trainer, existing);
    try {
      read(checkpoint, trainer, done);
      learn(trainer);
    } catch (IOException | RuntimeException e) {
      checkpoint.discard();
      throw e;
    }
    checkpoint.remove();
  }

  /** Checks the directory, and takes up what is in it; says how many texts were read before. */
  private int begin(WordCheckpoint checkpoint, TokenizerTrainer trainer, Existing existing)
      throws IOException {
    int done = 0;
    if (resume) {
      if (!checkpoint.isBegun()) {
        throw new InputException(
            "train-tokenizer: --out: "
                + OneLine.operand(out.toString())
                + ": no training to go on with; expected a directory with checkpoint/. Begin one"
                + " without --resume");
      }
      checkpoint.sweep();
      done = checkpoint.restore(trainer, texts);
    } else if (checkpoint.isBegun() && !overwrite) {
      throw new InputException(
          "train-tokenizer: --out: "
              + OneLine.operand(out.toString())
              + ": holds a training; expected a new or an empty directory. Choose another --out, or"
              + " add --resume to go on with it");
    } else {
      OutputDirectory.check(out, existing);
      checkpoint.remove();
      checkpoint.begin();
    }
    event(named("started").put("texts", texts.size()).put("done", done));
    return done;
  }

  private void read(WordCheckpoint checkpoint, TokenizerTrainer trainer, int done)
      throws IOException {
    long last = System.nanoTime();
    for (int i = done; i < texts.size(); i++) {
      TextFile.forEachLine(texts.get(i), trainer::add);
      // All words are written: after each of many small texts that would take longer than reading.
      if (i + 1 == texts.size() || System.nanoTime() - last > NANOS_A_CHECKPOINT) {
        checkpoint.write(trainer, texts.subList(0, i + 1));
        last = System.nanoTime();
      }
      event(named("read").put("texts", i + 1).put("words", trainer.words()));
    }
  }

  /** What decides on the words of a text. */
  private String counting() {
    return kind + (cased ? ", cased" : "");
  }

  private void learn(TokenizerTrainer trainer) throws IOException {
    console.note(Sizes.grouped(trainer.words()) + " different words read; learning");
    event(named("words").put("texts", texts.size()).put("words", trainer.words()));
    TrainedTokenizer trained = trainer.train(new Progress());
    if (trained.size() < vocabulary) {
      console.note(
          "%s of %s tokens: no further pair occurs %s"
              .formatted(
                  Sizes.grouped(trained.size()),
                  Sizes.grouped(vocabulary),
                  minFrequency == 1 ? "at all" : "as often as " + minFrequency + " times"));
    }
    Map<String, byte[]> files = trained.files();
    write(files);
    report(trained.size(), files);
  }

  private TokenizerTrainer trainer(TrainingSize size) {
    if (lowercase && cased) {
      throw usage("--lowercase and --cased: both given; expected one of them");
    }
    return switch (kind) {
      case "bpe" -> bytePair(size);
      case "wordpiece" ->
          new WordPieceTrainer(
              size,
              cased ? Casing.CASED : Casing.UNCASED,
              alphabet == null ? WordPieceTrainer.USUAL_ALPHABET : alphabet);
      default -> throw usage("--kind: " + OneLine.operand(kind) + "; expected bpe or wordpiece");
    };
  }

  private TokenizerTrainer bytePair(TrainingSize size) {
    if (lowercase || cased || alphabet != null) {
      throw usage(
          (lowercase ? "--lowercase" : cased ? "--cased" : "--alphabet")
              + ": given with --kind bpe, which keeps every byte; expected it with --kind wordpiece");
    }
    return new BytePairTrainer(size);
  }

  private static UsageException usage(String what) {
    return new UsageException("train-tokenizer: " + what + ". See: vitrine help train-tokenizer");
  }

  private static ObjectNode named(String event) {
    return Json.object().put("event", event);
  }

  private void event(ObjectNode event) {
    if (json) {
      lines.print(event);
    }
  }

  /** Says from time to time how far the learning has come. */
  private final class Progress implements IntConsumer {
    private long last = System.nanoTime();

    @Override
    public void accept(int tokens) {
      if (tokens % TOKENS_AN_EVENT == 0) {
        event(named("learned").put("vocabulary", tokens).put("of", vocabulary));
      }
      long now = System.nanoTime();
      if (now - last > NANOS_A_NOTE) {
        last = now;
        console.note("%s of %s tokens".formatted(Sizes.grouped(tokens), Sizes.grouped(vocabulary)));
      }
    }
  }

  private void write(Map<String, byte[]> files) throws IOException {
    // The directory was checked before; now the checkpoint is in it.
    // Files of the other kind, or of tokens added to an earlier vocabulary, would contradict.
    List<Path> earlier = overwrite ? Tokenizers.files().stream().map(Path::of).toList() : List.of();
    try (OutputDirectory directory = OutputDirectory.open(out, Existing.REPLACE, INDEX, earlier)) {
      long needed = SLACK + files.values().stream().mapToLong(bytes -> bytes.length).sum();
      if (needed > directory.usableBytes()) {
        throw new ResourceException(
            "train-tokenizer: out: "
                + OneLine.operand(out.toString())
                + ": "
                + Sizes.bytes(directory.usableBytes())
                + " of disk left; expected "
                + Sizes.bytes(needed)
                + ". Free some, or choose another --out");
      }
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(directory.file(file.getKey()), file.getValue());
      }
      directory.commit();
    }
  }

  private void report(int size, Map<String, byte[]> files) {
    ObjectNode done = named("done").put("kind", kind).put("vocabulary", size);
    done.put("out", out.toString()).set("files", Json.strings(files.keySet()));
    event(done);
    if (!json) {
      console.println(kind + " tokenizer of " + Sizes.grouped(size) + " tokens");
      Table table = new Table("file in " + out, "size");
      files.forEach((name, bytes) -> table.row(name, Sizes.bytes(bytes.length)));
      console.print(table.render());
    }
  }
}
