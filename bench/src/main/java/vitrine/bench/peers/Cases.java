package vitrine.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import vitrine.bench.peers.Case.Entrant;
import vitrine.bench.peers.Case.ModelKind;
import vitrine.bench.workers.Task;
import vitrine.bench.workers.Work;
import vitrine.bench.workers.Work.Rows;
import vitrine.kernels.Precision;

/** What is measured: the list. */
final class Cases {
  /** Ids that both vocabularies have, and that are nothing special in either. */
  private static final int FIRST_ID = 1000;

  private static final int LAST_ID = 30000;

  /** Of the masked language model (Devlin et al. 2019, 3.1). */
  private static final double MASKED = 0.15;

  private static final int IGNORED = -100;

  /** Tokens decoded before the cache is filled anew. */
  private static final int STEPS = 16;

  private static final String PLAIN = "nothing read";

  private final int threads;
  private final Set<EngineKind> peers;

  /**
   * @param threads of every engine
   * @param peers who is measured beside ours
   */
  Cases(int threads, Set<EngineKind> peers) {
    this.threads = threads;
    this.peers = peers;
  }

  List<Case> all() {
    return List.of(
        forward("BERT-base 1 x 128", ModelKind.BERT, 1, 128, Rows.ALL),
        forward("BERT-base 8 x 128", ModelKind.BERT, 8, 128, Rows.ALL),
        forward("BERT-base 1 x 512", ModelKind.BERT, 1, 512, Rows.ALL),
        forward("GPT-2 prefill 128, all logits", ModelKind.GPT2, 1, 128, Rows.ALL),
        forward("GPT-2 prefill 512, all logits", ModelKind.GPT2, 1, 512, Rows.ALL),
        forward("GPT-2 prefill 1024, all logits", ModelKind.GPT2, 1, 1024, Rows.ALL),
        forward("GPT-2 prefill 128, last logits", ModelKind.GPT2, 1, 128, Rows.LAST),
        decode("GPT-2 at context 128", 128),
        decode("GPT-2 at context 1024", 1024),
        rounded("GPT-2 at context 128, bf16", Precision.BF16),
        rounded("GPT-2 at context 128, int8", Precision.INT8),
        training("GPT-2 4 x 128, next token", ModelKind.GPT2, 4, 128),
        training("BERT-base 8 x 128, masked tokens", ModelKind.BERT, 8, 128),
        gradient("GPT-2 1 x 128", ModelKind.GPT2),
        gradient("BERT-base 1 x 128", ModelKind.BERT),
        reading("GPT-2 128: blocks.5.resid_post", ModelKind.GPT2, "blocks.5.resid_post"),
        reading("BERT-base 128: blocks.5.resid_post", ModelKind.BERT, "blocks.5.resid_post"),
        reading("GPT-2 128: every site", ModelKind.GPT2, "every"),
        threads("GPT-2 prefill 512"));
  }

  private Case forward(String name, ModelKind model, int batch, int length, Rows rows) {
    Work work = new Work.Forward(ids(batch, length), rows);
    return everyone(Group.FORWARD, name, model, Task.FORWARD, work);
  }

  private Case decode(String name, int context) {
    return everyone(Group.DECODE, name, ModelKind.GPT2, Task.FORWARD, decoding(context));
  }

  private static Work decoding(int context) {
    int[] ids = ids(1, context)[0];
    return new Work.Decode(
        Arrays.copyOf(ids, context - STEPS), Arrays.copyOfRange(ids, context - STEPS, context));
  }

  private Case rounded(String name, Precision weights) {
    Work work = decoding(128);
    List<Entrant> entrants = new ArrayList<>();
    entrants.add(new Entrant("Vitrine, rounded", EngineKind.VITRINE, threads, weights, work));
    if (peers.contains(EngineKind.PYTORCH)) {
      entrants.add(new Entrant("PyTorch, f32", EngineKind.PYTORCH, threads, Precision.F32, work));
    }
    return new Case(Group.ROUNDED, name, ModelKind.GPT2, Task.FORWARD, entrants);
  }

  private Case training(String name, ModelKind model, int batch, int length) {
    int[][] ids = ids(batch, length);
    Work work = new Work.Training(ids, labels(model, ids));
    return withoutOnnx(Group.TRAINING, name, model, Task.TRAINING, work);
  }

  private Case gradient(String name, ModelKind model) {
    int[][] ids = ids(1, 128);
    Work work = new Work.Gradient(ids, labels(model, ids));
    return withoutOnnx(Group.GRADIENT, name, model, Task.GRADIENT, work);
  }

  private Case reading(String name, ModelKind model, String site) {
    int[][] ids = ids(1, 128);
    return new Case(
        Group.HOOKS,
        name,
        model,
        Task.FORWARD,
        List.of(
            ours(PLAIN, new Work.Reading(ids, List.of())),
            ours("read", new Work.Reading(ids, List.of(site)))));
  }

  /** Each engine's own speed-up, all of them taking turns. */
  private Case threads(String name) {
    Work work = new Work.Forward(ids(1, 512), Rows.ALL);
    List<Entrant> entrants = new ArrayList<>();
    for (EngineKind engine : EngineKind.values()) {
      if (engine == EngineKind.VITRINE || peers.contains(engine)) {
        for (int count : new int[] {threads, 1}) {
          String label = engine.label() + ", " + count + (count == 1 ? " thread" : " threads");
          entrants.add(new Entrant(label, engine, count, Precision.F32, work));
        }
      }
    }
    return new Case(Group.THREADS, name, ModelKind.GPT2, Task.FORWARD, entrants);
  }

  private Case everyone(Group group, String name, ModelKind model, Task task, Work work) {
    return with(Set.of(EngineKind.values()), group, name, model, task, work);
  }

  /** ONNX Runtime infers; its training was given up by its makers. */
  private Case withoutOnnx(Group group, String name, ModelKind model, Task task, Work work) {
    return with(Set.of(EngineKind.PYTORCH), group, name, model, task, work);
  }

  private Case with(
      Set<EngineKind> able, Group group, String name, ModelKind model, Task task, Work work) {
    List<Entrant> entrants = new ArrayList<>();
    entrants.add(ours(EngineKind.VITRINE.label(), work));
    for (EngineKind peer : EngineKind.values()) {
      if (peer != EngineKind.VITRINE && peers.contains(peer) && able.contains(peer)) {
        entrants.add(new Entrant(peer.label(), peer, threads, Precision.F32, work));
      }
    }
    return new Case(group, name, model, task, entrants);
  }

  private Entrant ours(String label, Work work) {
    return new Entrant(label, EngineKind.VITRINE, threads, Precision.F32, work);
  }

  /** The same for everyone, every time. */
  private static int[][] ids(int batch, int length) {
    SplittableRandom random = new SplittableRandom(batch * 10_000L + length);
    int[][] ids = new int[batch][length];
    for (int[] row : ids) {
      Arrays.setAll(row, t -> random.nextInt(FIRST_ID, LAST_ID));
    }
    return ids;
  }

  /** Of GPT-2 the ids themselves; of BERT some of them. */
  private static int[][] labels(ModelKind model, int[][] ids) {
    SplittableRandom random = new SplittableRandom(2);
    int[][] labels = new int[ids.length][];
    for (int row = 0; row < ids.length; row++) {
      labels[row] = ids[row].clone();
      for (int t = 0; t < ids[row].length; t++) {
        if (model == ModelKind.BERT && random.nextDouble() >= MASKED) {
          labels[row][t] = IGNORED;
        }
      }
    }
    return labels;
  }
}
