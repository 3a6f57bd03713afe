package sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Backends;
import vitrine.kernels.Cores;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;

/**
 * Vitrine as a library: loads a model, reads a head's attention, switches the head off, edits a
 * neuron.
 *
 * <p>It uses the model that comes with Vitrine, written as a Hugging Face directory first, so that
 * the rest is what one would do with any GPT-2.
 */
public final class Embed {
  private final Model model;
  private final Tokenizer tokenizer;

  private Embed(Model model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createTempDirectory("vitrine-embed");
    new InductionModel().write(directory);

    // A backend is chosen once and handed in. What `auto` passed over, it says.
    int threads = Cores.physical();
    try (Kernels kernels = Backends.open("auto", threads, System.err::println);
        ModelFiles files = ModelFiles.open(directory);
        Model model = ModelLoader.load(files, Optional.empty(), kernels, System.err::println)) {
      Embed embed = new Embed(model, files.tokenizer().orElseThrow());
      embed.readAHead();
      embed.editANeuron();
      embed.editByAFunction();
    }
  }

  /** Head 2 of block 1 looks for what followed the present word the last time. */
  private void readAHead() {
    Encoding text = tokenizer.encode(" red green blue red green");
    Site pattern = Site.pattern(1).head(2).query(-1);
    Plan plan = Plan.of(model.architecture()).read(pattern, Site.logits());
    try (Trace trace = model.run(plan, Inputs.of(text.ids()))) {
      System.out.println("head 1.2, from the last position:");
      print(text, trace.value(pattern));
      System.out.println("next word:" + next(trace));
    }

    // The same run without the head that tells it what stands before each word.
    Plan without = plan.edit(Site.z(0).head(1), Edit.zero());
    try (Trace trace = model.run(without, Inputs.of(text.ids()))) {
      System.out.println("without head 0.1:" + next(trace));
    }
  }

  /** Neuron 3 of block 0 gives head 1.2 a place to rest when it finds nothing. */
  private void editANeuron() {
    Encoding text =
        tokenizer.encode(" once an old man and his young friend saw a black cat walk away");
    Site pattern = Site.pattern(1).head(2).query(-1);
    Plan plan = Plan.of(model.architecture()).read(pattern);
    try (Trace trace = model.run(plan, Inputs.of(text.ids()))) {
      System.out.println("nothing repeats; head 1.2 rests at:" + most(text, trace.value(pattern)));
    }
    Plan without = plan.edit(Site.mlpPost(0).neuron(3), Edit.zero());
    try (Trace trace = model.run(without, Inputs.of(text.ids()))) {
      System.out.println("without neuron 3 of block 0, at:" + most(text, trace.value(pattern)));
    }
  }

  /**
   * What no edit has a name for, a function does: here head 0.1's mix of values, turned round. It
   * gets the part of the site that the slice takes, and changes it in place.
   */
  private void editByAFunction() {
    Encoding text = tokenizer.encode(" red green blue red green");
    Edit turned =
        Edit.custom("turned", (value, context) -> context.kernels().scale(value, -1f, value));
    Plan plan = Plan.of(model.architecture()).edit(Site.z(0).head(1), turned).read(Site.logits());
    try (Trace trace = model.run(plan, Inputs.of(text.ids()))) {
      System.out.println("with head 0.1 turned round:" + next(trace));
    }
  }

  /**
   * The token that gets the most attention.
   *
   * @param attention of one head and one query, (1,1,1,T)
   */
  private static String most(Encoding text, Tensor attention) {
    return word(text, largest(attention.toArray(), 0));
  }

  /** All tokens, each with its attention, (1,1,1,T). */
  private static void print(Encoding text, Tensor attention) {
    float[] weights = attention.toArray();
    for (int t = 0; t < weights.length; t++) {
      System.out.printf(Locale.ROOT, "  %.3f%s%n", weights[t], word(text, t));
    }
  }

  /** The word with the largest logit at the last position; logits are (1,T,V). */
  private String next(Trace trace) {
    float[] logits = trace.value(Site.logits()).toArray();
    int last = logits.length - model.architecture().vocabulary();
    return tokenizer.decode(largest(logits, last) - last);
  }

  /** A token as it reads; the vocabulary writes its leading space as a letter of its own. */
  private static String word(Encoding text, int position) {
    return text.tokens().get(position).replace('Ġ', ' ');
  }

  /** Where the largest value stands, from {@code start} on. */
  private static int largest(float[] values, int start) {
    int best = start;
    for (int i = start + 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
