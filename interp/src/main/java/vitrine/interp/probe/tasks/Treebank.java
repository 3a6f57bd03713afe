package vitrine.interp.probe.tasks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import vitrine.engine.conllu.ConlluFile;
import vitrine.engine.conllu.Sentence;
import vitrine.engine.conllu.Token;
import vitrine.engine.conllu.Word;
import vitrine.interp.rows.Passage;
import vitrine.interp.rows.Unit;

/** Words of a treebank in CoNLL-U with a label each. */
public final class Treebank {
  private Treebank() {}

  /**
   * Reads a treebank.
   *
   * @throws vitrine.engine.InputException when it is none, naming the line; when no word has such a
   *     label
   */
  public static TaskData read(Path file, WordTask task) {
    List<Labelled> texts = new ArrayList<>();
    ConlluFile.forEach(
        file,
        sentence -> {
          Labelled labelled = of(sentence, task);
          if (!labelled.labels().isEmpty()) {
            texts.add(labelled);
          }
        });
    return new TaskData(file.toString(), Unit.WORD, TaskData.Scheme.CLASSES, texts);
  }

  private static Labelled of(Sentence sentence, WordTask task) {
    List<Passage.Span> spans = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    List<String> forms = new ArrayList<>();
    List<Passage.Span> all = spans(sentence);
    for (Word word : sentence.words()) {
      task.label(sentence, word)
          .ifPresent(label -> {
            spans.add(all.get(word.id() - 1));
            labels.add(label);
            forms.add(word.form());
          });
    }
    return new Labelled(new Passage(sentence.where(), sentence.text(), spans), labels, forms);
  }

  /**
   * Where each word stands in the text. Of a multiword token whose words, one behind the other, are
   * its spelling (<i>don't</i>), each has its own part; of others (<i>du</i>) all have the token.
   */
  public static List<Passage.Span> spans(Sentence sentence) {
    List<Passage.Span> spans = new ArrayList<>();
    for (Token token : sentence.tokens()) {
      List<Word> words = sentence.words().subList(token.first() - 1, token.last());
      String joined = String.join("", words.stream().map(Word::form).toList());
      int at = token.start();
      for (Word word : words) {
        if (joined.equals(token.form())) {
          spans.add(new Passage.Span(at, at + word.form().length()));
          at += word.form().length();
        } else {
          spans.add(new Passage.Span(token.start(), token.end()));
        }
      }
    }
    return spans;
  }
}
