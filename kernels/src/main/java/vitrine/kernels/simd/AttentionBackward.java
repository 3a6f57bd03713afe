package vitrine.kernels.simd;

import java.util.function.Consumer;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.SlabPool;

/**
 * The gradients of attention, a task for each head of each example.
 *
 * <p>Queries are taken a strip at a time, and what belongs to a strip is kept with keys as rows and
 * queries as columns. Then a softmax runs down the columns, each lane of a vector a query of its
 * own, and of the five products the three that add up over queries or begin with keys find their
 * operands as they lie:
 *
 * <pre>
 *   S  = (scale K) Q^T      dP = V dOut^T       rows: keys,     columns: queries
 *   P  = softmax(S)         dS = P (dP - sum(P dP))
 *   dV += P dOut            dK += dS Q          rows: keys,     columns: the head's elements
 *   dQ^T = (scale K)^T dS                       rows: elements, columns: queries
 * </pre>
 *
 * <p>A causal strip stops at the last key it sees. Hidden keys and values are packed as zeros, and
 * their scores set to minus infinity, so that nothing in them matters.
 */
final class AttentionBackward {
  private final Tasks tasks;
  private final Scratch scratch;

  AttentionBackward(Tasks tasks, Scratch scratch) {
    this.tasks = tasks;
    this.scratch = scratch;
  }

  void attention(
      HostTensor q,
      HostTensor k,
      HostTensor v,
      AttentionMask mask,
      float scale,
      HostTensor dOut,
      HostTensor dQ,
      HostTensor dK,
      HostTensor dV) {
    Heads query = Heads.of(q);
    Heads key = Heads.of(k);
    Heads value = Heads.of(v);
    Heads slope = Heads.of(dOut);
    Heads toQuery = Heads.of(dQ);
    Heads toKey = Heads.of(dK);
    Heads toValue = Heads.of(dV);
    forHeads(
        mask,
        key,
        head -> {
          head.keys(key, scale);
          head.values(value);
          for (int i = 0; i < mask.queries(); i += HeadStrips.QUERIES) {
            head.queries(query, i);
            head.slopes(slope, i);
            head.scores();
            head.patternSlopes();
            head.softmax();
            head.addToValues();
            head.addToKeys();
            head.toQueries(toQuery);
          }
          head.storeKeys(toKey, scale);
          head.storeValues(toValue);
        });
  }

  void scores(
      HostTensor dScores,
      HostTensor q,
      HostTensor k,
      AttentionMask mask,
      float scale,
      HostTensor dQ,
      HostTensor dK) {
    Heads query = Heads.of(q);
    Heads key = Heads.of(k);
    Heads toQuery = Heads.of(dQ);
    Heads toKey = Heads.of(dK);
    long from = dScores.address();
    forHeads(
        mask,
        key,
        head -> {
          head.keys(key, scale);
          for (int i = 0; i < mask.queries(); i += HeadStrips.QUERIES) {
            head.queries(query, i);
            head.turnScoreSlopes(from);
            head.addToKeys();
            head.toQueries(toQuery);
          }
          head.storeKeys(toKey, scale);
        });
  }

  void mix(HostTensor pattern, HostTensor v, HostTensor dOut, HostTensor dPattern, HostTensor dV) {
    int batch = pattern.shape().dim(0);
    int queries = pattern.shape().dim(2);
    int keys = pattern.shape().dim(3);
    AttentionMask all =
        new AttentionMask(batch, queries, keys, AttentionMask.Causality.BIDIRECTIONAL, null);
    Heads value = Heads.of(v);
    Heads slope = Heads.of(dOut);
    Heads toValue = Heads.of(dV);
    long from = pattern.address();
    long to = dPattern.address();
    forHeads(
        all,
        value,
        head -> {
          head.values(value);
          for (int i = 0; i < queries; i += HeadStrips.QUERIES) {
            head.slopes(slope, i);
            head.patternSlopes();
            head.storePatternSlopes(to);
            head.turnPattern(from);
            head.addToValues();
          }
          head.storeValues(toValue);
        });
  }

  private void forHeads(AttentionMask mask, Heads key, Consumer<HeadStrips> work) {
    long bytes = HeadStrips.bytes(mask.keys(), key.size());
    tasks.forEach(
        mask.batch() * key.heads(),
        head -> {
          SlabPool.Slab slab = scratch.take(bytes);
          try {
            work.accept(new HeadStrips(scratch, slab.address(), mask, key, head));
          } finally {
            scratch.giveBack(slab);
          }
        });
  }
}
