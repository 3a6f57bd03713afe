package vitrine.app.commands;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.UsageException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.interp.probe.structure.Tree;
import vitrine.interp.probe.tasks.EntityFile;
import vitrine.interp.probe.tasks.SentenceFile;
import vitrine.interp.probe.tasks.TaskData;
import vitrine.interp.probe.tasks.Treebank;
import vitrine.interp.probe.tasks.WordTask;

/** The options that say what probes of a model are trained to tell, and from which files. */
final class ProbedTask {
  private static final double USUAL_SHARE = 0.2;
  private static final String TREES = "trees";

  @Option(
      names = "--task",
      paramLabel = "NAME",
      converter = Converters.NotBlank.class,
      description = {
        "What is told of a treebank's words: " + WordTask.NAMES + ";",
        "upos if not given. trees: structural probes (Hewitt and Manning 2019)."
      })
  private @Nullable String task;

  @Option(
      names = "--conllu",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "A treebank in CoNLL-U to train with.")
  private @Nullable Path conllu;

  @Option(
      names = "--test-conllu",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "One to test with.")
  private @Nullable Path testConllu;

  @Option(
      names = "--iob2",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "Words with entities in IOB2 to train with.")
  private @Nullable Path entities;

  @Option(
      names = "--test-iob2",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "The same to test with.")
  private @Nullable Path testEntities;

  @Option(
      names = "--tsv",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = {
        "Sentences to train with, columns with tabs: sentence and label; tr, va or te, label and",
        "sentence (SentEval); or a header that names sentence and label (GLUE)."
      })
  private @Nullable Path sentences;

  @Option(
      names = "--test-tsv",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "The same to test with.")
  private @Nullable Path testSentences;

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      arity = "2",
      converter = Converters.AnyPath.class,
      description = "Sentences to train with, one a line, and a file with their labels.")
  private List<Path> texts = List.of();

  @Option(
      names = "--test-texts",
      paramLabel = "FILE",
      arity = "2",
      converter = Converters.AnyPath.class,
      description = "The same to test with.")
  private List<Path> testTexts = List.of();

  @Option(
      names = "--test-share",
      paramLabel = "X",
      converter = Converters.Share.class,
      description = "Without a file to test with: this part of the texts, drawn by the seed; 0.2.")
  private @Nullable Double share;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Train with the first so many texts only, and test with as many at most.")
  private @Nullable Integer limit;

  /**
   * What to train and to test with.
   *
   * @param name of the task, for people
   */
  record Pair(String name, TaskData train, TaskData test) {}

  /**
   * Trees to train and to test with.
   *
   * @param operand what errors call those to train with
   */
  record Trees(String operand, List<Tree> train, String testOperand, List<Tree> test) {}

  /** Whether it is trees that are asked for, and no labels. */
  boolean isOfTrees() {
    return TREES.equals(task);
  }

  /** Reads the treebanks. */
  Trees readTrees(long seed, Consumer<String> notes) {
    if (conllu == null || sources() != 1) {
      throw usage(
          "--task trees: %s; expected --conllu alone"
              .formatted(conllu == null ? "no treebank" : "other files too"));
    }
    Path file = conllu;
    List<Tree> all = limited(shuffled(Tree.read(file), seed, Draw.Use.ORDER));
    Path other = testConllu;
    if (other != null) {
      return new Trees(file.toString(), all, other.toString(), limited(Tree.read(other)));
    }
    if (hasTest()) {
      throw usage("a file to test with is of another kind; expected --test-conllu");
    }
    int tested = (int) Math.round(part(notes) * all.size());
    if (tested < 1 || tested >= all.size()) {
      throw usage(
          "--test-share: of %d sentences none is left on one side; expected --test-conllu"
              .formatted(all.size()));
    }
    return new Trees(
        file + " (to train)",
        all.subList(tested, all.size()),
        file + " (to test)",
        all.subList(0, tested));
  }

  private static List<Tree> shuffled(List<Tree> trees, long seed, Draw.Use use) {
    return Arrays.stream(Permutation.of(trees.size(), Draw.key(seed, use)))
        .mapToObj(trees::get)
        .toList();
  }

  private List<Tree> limited(List<Tree> trees) {
    return limit == null ? trees : trees.subList(0, Math.min(limit, trees.size()));
  }

  private double part(Consumer<String> notes) {
    double part = share == null ? USUAL_SHARE : share;
    notes.accept("no file to test with: %s of the texts are, drawn by the seed".formatted(part));
    return part;
  }

  /** Whether any file was given. */
  boolean isGiven() {
    return task != null || sources() > 0 || hasTest();
  }

  private long sources() {
    return Stream.of(conllu, entities, sentences).filter(each -> each != null).count()
        + (texts.isEmpty() ? 0 : 1);
  }

  private boolean hasTest() {
    return testConllu != null
        || testEntities != null
        || testSentences != null
        || !testTexts.isEmpty();
  }

  /** Reads the files. */
  Pair read(long seed, Consumer<String> notes) {
    if (sources() != 1) {
      throw usage(
          "--conllu, --iob2, --tsv or --texts: %s; expected one of them"
              .formatted(sources() == 0 ? "none given" : sources() + " given"));
    }
    if (task != null && conllu == null) {
      throw usage("--task: given without a treebank; expected --conllu");
    }
    if (conllu != null) {
      WordTask what = WordTask.of(task == null ? "upos" : task);
      return pair(
          task == null ? "upos" : task,
          Treebank.read(conllu, what),
          test("--test-conllu", testConllu, file -> Treebank.read(file, what)),
          seed,
          notes);
    }
    if (entities != null) {
      return pair(
          "entities",
          EntityFile.read(entities),
          test("--test-iob2", testEntities, EntityFile::read),
          seed,
          notes);
    }
    if (sentences != null) {
      SentenceFile.Parts parts = SentenceFile.read(sentences);
      TaskData test = test("--test-tsv", testSentences, file -> SentenceFile.read(file).train());
      return pair(
          "labels of sentences", parts.train(), test == null ? parts.test() : test, seed, notes);
    }
    return pair(
        "labels of sentences",
        ofTexts("--texts", texts),
        testTexts.isEmpty()
            ? test("--test-texts", null, file -> ofTexts("--test-texts", testTexts))
            : ofTexts("--test-texts", testTexts),
        seed,
        notes);
  }

  private static TaskData ofTexts(String option, List<Path> files) {
    if (files.size() != 2) {
      throw usage("%s: %d files; expected two, given once".formatted(option, files.size()));
    }
    return SentenceFile.read(files.get(0), files.get(1));
  }

  /** What the option names; null without it, where no other kind of test file was given either. */
  private @Nullable TaskData test(
      String option, @Nullable Path file, Function<Path, TaskData> read) {
    if (file == null && hasTest()) {
      throw usage("a file to test with is of another kind; expected " + option);
    }
    return file == null ? null : read.apply(file);
  }

  private Pair pair(
      String name, TaskData train, @Nullable TaskData test, long seed, Consumer<String> notes) {
    if (test != null && share != null) {
      throw usage("--test-share: given with texts to test with; expected one of them");
    }
    List<TaskData> both = new ArrayList<>();
    if (test == null) {
      both.addAll(train.split(part(notes), seed));
    } else {
      both.add(train);
      both.add(test);
    }
    if (limit != null) {
      int most = limit;
      both.replaceAll(each -> each.first(most));
    }
    return new Pair(name, both.get(0).shuffled(seed), both.get(1));
  }

  private static UsageException usage(String what) {
    return new UsageException("probe: " + what + ". See: vitrine help probe");
  }
}
