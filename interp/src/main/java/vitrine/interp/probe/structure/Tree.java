package vitrine.interp.probe.structure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.conllu.ConlluFile;
import vitrine.engine.conllu.Sentence;
import vitrine.engine.conllu.Word;
import vitrine.interp.probe.tasks.Treebank;
import vitrine.interp.rows.Passage;

/**
 * A sentence with its tree.
 *
 * @param passage the text, with a span for every word
 * @param heads of each word the place of the word it depends on; of the root its own place
 * @param punctuation which words are punctuation: scores pass them over
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Tree(Passage passage, int[] heads, boolean[] punctuation) {
  /**
   * The trees of a treebank, of two words and more.
   *
   * @throws InputException when it is none, naming the line; when a word has no head
   */
  public static List<Tree> read(Path file) {
    List<Tree> trees = new ArrayList<>();
    ConlluFile.forEach(
        file,
        sentence -> {
          if (sentence.words().size() > 1) {
            trees.add(of(sentence));
          }
        });
    if (trees.isEmpty()) {
      throw new InputException(
          "probe: %s: no sentence of two words; expected trees. Give another treebank"
              .formatted(file));
    }
    return trees;
  }

  private static Tree of(Sentence sentence) {
    int n = sentence.words().size();
    int[] heads = new int[n];
    boolean[] punctuation = new boolean[n];
    for (Word word : sentence.words()) {
      int place = word.id() - 1;
      if (word.head().isEmpty()) {
        throw new InputException(
            "probe: %s: word %d has no HEAD; expected a tree. Give a treebank with heads"
                .formatted(sentence.where(), word.id()));
      }
      int head = word.head().getAsInt();
      heads[place] = head == 0 ? place : head - 1;
      punctuation[place] = word.upos().equals("PUNCT");
    }
    return new Tree(
        new Passage(sentence.where(), sentence.text(), Treebank.spans(sentence)),
        heads,
        punctuation);
  }

  int size() {
    return heads.length;
  }

  /** How many steps each word is from the root. */
  int[] depths() {
    int[] depths = new int[heads.length];
    for (int i = 0; i < heads.length; i++) {
      for (int at = i; heads[at] != at; at = heads[at]) {
        depths[i]++;
      }
    }
    return depths;
  }

  /** How many edges lie between each two words. */
  int[][] distances() {
    int n = heads.length;
    int[][] distances = new int[n][n];
    for (int i = 0; i < n; i++) {
      int[] up = new int[n]; // steps from i to each of its ancestors
      Arrays.fill(up, Integer.MAX_VALUE);
      int steps = 0;
      int at = i;
      up[at] = steps;
      while (heads[at] != at) {
        at = heads[at];
        up[at] = ++steps;
      }
      for (int j = 0; j < n; j++) {
        int down = 0;
        int other = j;
        while (up[other] == Integer.MAX_VALUE) {
          other = heads[other];
          down++;
        }
        distances[i][j] = up[other] + down;
      }
    }
    return distances;
  }
}
