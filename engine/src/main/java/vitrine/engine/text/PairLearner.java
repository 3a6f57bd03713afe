package vitrine.engine.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;

/**
 * Learns merges from counted words: again and again the adjacent pair that occurs most often
 * becomes one symbol, until the vocabulary is full. Of pairs that are equally frequent, the one
 * with the smaller left id comes first, then the one with the smaller right id.
 *
 * <p>Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016. Of a
 * pair the count and the words that have it are kept, and a merge changes the counts of its
 * neighbours only; what is in the queue may be out of date, and is then put back where it belongs.
 * The order is that of the BpeTrainer of Hugging Face's tokenizers.
 *
 * <p>No spelling comes about twice: a merge is made everywhere at once, so what happens between two
 * places where symbols meet depends on the spelling between them only.
 */
final class PairLearner {
  private final Symbols symbols;

  /** What a symbol inside a word begins with, and loses when it is joined to the one before. */
  private final String prefix;

  private final List<int[]> words = new ArrayList<>();
  private final Ints lengths = new Ints();
  private long[] wordCounts = new long[16];

  /** From a pair of ids to its index in the lists below. */
  private final LongIntMap indices = new LongIntMap(1 << 12);

  private final Ints lefts = new Ints();
  private final Ints rights = new Ints();
  private long[] counts = new long[1 << 12];

  /** The words in which the step under way has made a pair, by the pair's index. */
  private final Map<Integer, Ints> fresh = new LinkedHashMap<>();

  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  PairLearner(Symbols symbols, String prefix) {
    this.symbols = symbols;
    this.prefix = prefix;
  }

  /**
   * A pair that may be merged next.
   *
   * @param count how often it occurred when it was put into the queue
   * @param key its two ids
   * @param pair its index
   * @param words those that have it, and more that no longer do
   */
  private record Candidate(long count, long key, int pair, Ints words)
      implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(key, other.key);
    }
  }

  /** A list of ints. */
  private static final class Ints {
    private int[] values = new int[4];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    /** Adds a value that is not the last one already. */
    void addOnce(int value) {
      if (size == 0 || values[size - 1] != value) {
        add(value);
      }
    }
  }

  /** Adds a word as symbols; the array becomes the learner's. */
  void word(int[] ids, long count) {
    if (words.size() == wordCounts.length) {
      wordCounts = Arrays.copyOf(wordCounts, wordCounts.length * 2);
    }
    int word = words.size();
    wordCounts[word] = count;
    words.add(ids);
    lengths.add(ids.length);
    for (int i = 0; i + 1 < ids.length; i++) {
      gain(ids[i], ids[i + 1], word);
    }
  }

  /**
   * Merges until the vocabulary has {@code size} symbols or no pair occurs {@code least} times.
   *
   * @param progress gets the size of the vocabulary after each merge
   * @return the merges, in order
   */
  List<BytePairMerges.Pair> learn(int size, long least, IntConsumer progress) {
    List<BytePairMerges.Pair> merges = new ArrayList<>();
    enqueue();
    while (symbols.size() < size && !queue.isEmpty()) {
      Candidate top = queue.remove();
      long count = counts[top.pair];
      if (top.count != count) {
        queue.add(new Candidate(count, top.key, top.pair, top.words));
        continue;
      }
      if (count < Math.max(1, least)) {
        break;
      }
      int left = lefts.values[top.pair];
      int right = rights.values[top.pair];
      BytePairMerges.Pair pair =
          new BytePairMerges.Pair(symbols.spelling(left), symbols.spelling(right));
      int product = symbols.id(pair.left() + continued(pair.right()));
      merges.add(pair);
      for (int i = 0; i < top.words.size; i++) {
        merge(top.words.values[i], left, right, product);
      }
      enqueue();
      progress.accept(symbols.size());
    }
    return List.copyOf(merges);
  }

  private String continued(String spelling) {
    return spelling.startsWith(prefix) ? spelling.substring(prefix.length()) : spelling;
  }

  /** Joins a pair wherever a word has it, from left to right, and counts its new neighbours. */
  private void merge(int word, int left, int right, int product) {
    int[] ids = words.get(word);
    int length = lengths.values[word];
    int to = 0;
    int at = 0;
    while (at < length) {
      if (at + 1 == length || ids[at] != left || ids[at + 1] != right) {
        ids[to++] = ids[at++];
        continue;
      }
      if (to > 0) {
        lose(ids[to - 1], left, word);
        gain(ids[to - 1], product, word);
      }
      at += 2;
      if (at < length) {
        lose(right, ids[at], word);
        gain(product, ids[at], word);
      }
      ids[to++] = product;
    }
    lengths.values[word] = to;
  }

  private void gain(int left, int right, int word) {
    int pair = index(left, right);
    counts[pair] += wordCounts[word];
    fresh.computeIfAbsent(pair, key -> new Ints()).addOnce(word);
  }

  private void lose(int left, int right, int word) {
    counts[index(left, right)] -= wordCounts[word];
  }

  private int index(int left, int right) {
    long key = key(left, right);
    int known = indices.get(key, lefts.size);
    if (known == lefts.size) {
      indices.put(key, known);
      lefts.add(left);
      rights.add(right);
      if (known == counts.length) {
        counts = Arrays.copyOf(counts, known * 2);
      }
    }
    return known;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  /** Queues the pairs that the step has made, with the words in which it has made them. */
  private void enqueue() {
    fresh.forEach((pair, made) -> {
      if (counts[pair] > 0) {
        long key = key(lefts.values[pair], rights.values[pair]);
        queue.add(new Candidate(counts[pair], key, pair, made));
      }
    });
    fresh.clear();
  }
}
