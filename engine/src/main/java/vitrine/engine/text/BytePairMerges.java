package vitrine.engine.text;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import vitrine.engine.InputException;

/**
 * The merges of a byte-pair encoding, and the application of them to a word.
 *
 * <p>Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016: again
 * and again, the adjacent pair that was learned first is joined. A queue ordered by rank, then
 * place, does that in O(n log n) of the word's length.
 */
final class BytePairMerges {
  private static final int NONE = -1;

  /** From a pair of ids to its rank. */
  private final LongIntMap ranks;

  /** The id a merge makes, by rank. */
  private final int[] products;

  private BytePairMerges(LongIntMap ranks, int[] products) {
    this.ranks = ranks;
    this.products = products;
  }

  /** Two tokens that are joined. */
  record Pair(String left, String right) {}

  /**
   * The merges, in the order they were learned.
   *
   * @param source the file, for messages
   * @throws InputException when a pair or what it makes is not in the vocabulary
   */
  static BytePairMerges of(List<Pair> pairs, Map<String, Integer> vocabulary, String source) {
    LongIntMap ranks = new LongIntMap(pairs.size());
    int[] products = new int[pairs.size()];
    int rank = 0;
    for (Pair pair : pairs) {
      int left = id(pair.left(), pair, vocabulary, source);
      int right = id(pair.right(), pair, vocabulary, source);
      products[rank] = id(pair.left() + pair.right(), pair, vocabulary, source);
      ranks.put(key(left, right), rank);
      rank++;
    }
    return new BytePairMerges(ranks, products);
  }

  private static int id(String token, Pair of, Map<String, Integer> vocabulary, String source) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw new InputException(
          "tokenizer: %s: merge \"%s %s\" needs the token \"%s\", which the vocabulary lacks;"
                  .formatted(source, of.left(), of.right(), token)
              + " expected merges of the vocabulary's tokens. Use the two files of one tokenizer.");
    }
    return id;
  }

  /**
   * Joins the symbols of a word.
   *
   * @param ids the symbols; on return the tokens
   * @param lengths how many bytes each stands for; on return likewise
   * @param n how many symbols there are
   * @return how many tokens are left
   */
  int merge(int[] ids, int[] lengths, int n) {
    if (n < 2) {
      return n;
    }
    int[] previous = new int[n];
    int[] next = new int[n];
    Queue queue = new Queue(n);
    for (int i = 0; i < n; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < n ? i + 1 : NONE;
    }
    for (int i = 0; i + 1 < n; i++) {
      offer(queue, ids, i, i + 1);
    }
    while (!queue.isEmpty()) {
      long entry = queue.poll();
      int at = (int) entry;
      int right = lengths[at] == 0 ? NONE : next[at];
      if (right == NONE) {
        continue;
      }
      int rank = ranks.get(key(ids[at], ids[right]), NONE);
      int product = products[(int) (entry >>> 32)];
      // The pair may have changed since; what counts is that it still makes the same token.
      if (rank == NONE || products[rank] != product) {
        continue;
      }
      ids[at] = product;
      lengths[at] += lengths[right];
      lengths[right] = 0;
      next[at] = next[right];
      if (next[at] != NONE) {
        previous[next[at]] = at;
        offer(queue, ids, at, next[at]);
      }
      if (previous[at] != NONE) {
        offer(queue, ids, previous[at], at);
      }
    }
    int left = 0;
    for (int i = 0; i != NONE; i = next[i]) {
      ids[left] = ids[i];
      lengths[left] = lengths[i];
      left++;
    }
    return left;
  }

  private void offer(Queue queue, int[] ids, int left, int right) {
    int rank = ranks.get(key(ids[left], ids[right]), NONE);
    if (rank != NONE) {
      queue.offer((long) rank << 32 | left);
    }
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  /** A binary heap of longs, the smallest first. */
  private static final class Queue {
    private long[] heap;
    private int size;

    Queue(int capacity) {
      heap = new long[capacity];
    }

    boolean isEmpty() {
      return size == 0;
    }

    void offer(long entry) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      int at = size++;
      while (at > 0 && heap[(at - 1) >> 1] > entry) {
        heap[at] = heap[(at - 1) >> 1];
        at = (at - 1) >> 1;
      }
      heap[at] = entry;
    }

    long poll() {
      long top = heap[0];
      long last = heap[--size];
      int at = 0;
      while (2 * at + 1 < size) {
        int child = 2 * at + 1;
        if (child + 1 < size && heap[child + 1] < heap[child]) {
          child++;
        }
        if (heap[child] >= last) {
          break;
        }
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
      return top;
    }
  }
}
