package vitrine.bench.workers;

import java.nio.file.Path;
import java.util.Arrays;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Tokenizers;

/** A minimal program: from its start to the first new token, with PyTorch by DJL. */
public final class DjlFirstToken {
  private DjlFirstToken() {}

  /** Takes a GPT-2 directory, a text and the number of threads. */
  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    Tokenizer tokenizer = Tokenizers.find(directory).orElseThrow();
    int[] ids = tokenizer.encode(arguments[1]).ids();
    try (DjlEngine engine =
        DjlEngine.open(directory, Task.FORWARD, Integer.parseInt(arguments[2]))) {
      float[] logits = engine.last(ids);
      int best = 0;
      for (int id = 1; id < logits.length; id++) {
        best = logits[id] > logits[best] ? id : best;
      }
      int[] all = Arrays.copyOf(ids, ids.length + 1);
      all[ids.length] = best;
      tokenizer.decode(all);
      System.out.println("{\"new_ids\":[" + best + "]}");
    }
  }
}
