package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Decoder;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.interp.attribution.Attribution;
import vitrine.interp.attribution.AttributionResult;
import vitrine.kernels.Tensor;
import vitrine.weights.DType;
import vitrine.weights.SafetensorsWriter;

/**
 * GPT-2 at its real size (124M parameters) with the real vocabulary and random weights: it loads,
 * decodes with its cache as without, and says how much memory that took.
 */
final class BigGpt2Test {
  private static final int D = 768;
  private static final int LAYERS = 12;
  private static final int VOCABULARY = 50_257;
  private static final int POSITIONS = 1024;
  private static final long PARAMETERS = 124_439_808L;
  private static final int NEW = 8;

  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 12, "n_head": 12, "n_embd": 768,
       "vocab_size": 50257, "n_positions": 1024, "eos_token_id": 50256}
      """;

  @TempDir private Path directory;

  @Test
  void should_load_and_generate_when_the_model_has_its_real_size() throws IOException {
    Path tokenizer = OutsideData.folder("VITRINE_DATA").resolve("tokenizer-gpt2");
    for (String file : new String[] {"encoder.json", "vocab.bpe"}) {
      Files.copy(tokenizer.resolve(file), directory.resolve(file));
    }
    Files.writeString(directory.resolve("config.json"), CONFIG);
    writeWeights();
    long start = System.nanoTime();
    try (Engine engine = Engine.open(directory, "simd", 2)) {
      double loading = (System.nanoTime() - start) / 1e9;
      assertEquals(PARAMETERS, engine.model().facts().parameters());
      Tokenizer text = engine.files().tokenizer().orElseThrow();
      int[] prompt = text.encode("The glass case stood in the middle of the room, and").ids();
      assertEquals(VOCABULARY, text.size());
      start = System.nanoTime();
      int[] ids =
          Generator.generate(
                  engine.model(),
                  prompt,
                  NEW,
                  Sampling.greedy(),
                  engine.files().endOfText(),
                  id -> {})
              .ids()
              .stream()
              .mapToInt(id -> id)
              .toArray();
      double generating = (System.nanoTime() - start) / 1e9;
      assertFalse(text.decode(ids).isEmpty());
      long decoder = assertCacheAgrees(engine, prompt, ids);
      assertPartsAddUp(engine, prompt);
      System.out.printf(
          "GPT-2 124M: loaded in %.1f s, %d tokens after %d in %.1f s; weights %d MiB, decoding at most %d MiB,"
              + " heap in use %d MiB%n",
          loading,
          ids.length,
          prompt.length,
          generating,
          engine.model().weightBytes() >> 20,
          decoder >> 20,
          (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
    }
  }

  /**
   * Each new id is the largest logit of an uncached run too; gives the bytes that decoding held.
   */
  private static long assertCacheAgrees(Engine engine, int[] prompt, int[] ids) {
    int[] all = Arrays.copyOf(prompt, prompt.length + ids.length);
    System.arraycopy(ids, 0, all, prompt.length, ids.length);
    Tally tally = new Tally();
    try (Trace trace = engine.model().run(Plan.empty().read(Site.logits()), Inputs.of(all));
        Decoder decoder = engine.model().decoder(all.length)) {
      Tensor logits = trace.value(Site.logits());
      float[] cached = decoder.feed(prompt);
      for (int i = 0; i < ids.length; i++) {
        float[] whole = new float[VOCABULARY];
        logits.download((long) (prompt.length - 1 + i) * VOCABULARY, whole, 0, VOCABULARY);
        double[] expected = new double[VOCABULARY];
        Arrays.setAll(expected, v -> whole[v]);
        tally.compare(Tally.Kind.HIDDEN, "cached logits " + i, expected, cached);
        assertEquals(largest(cached), ids[i]);
        cached = decoder.feed(ids[i]);
      }
      System.out.println("GPT-2 124M: cached against uncached: " + tally);
      assertTrue(tally.compared() == (long) ids.length * VOCABULARY);
      return decoder.peakBytes();
    }
  }

  /** A logit is the sum of what 12 x 12 heads, the MLPs, the embeddings and the biases add. */
  private static void assertPartsAddUp(Engine engine, int[] prompt) {
    Example example = Example.of(prompt);
    Loss.Logit target = Attribution.predicted(engine.model(), example, -1);
    Texts texts =
        new Texts(
            Inputs.of(example),
            List.of(Arrays.stream(prompt).mapToObj(Integer::toString).toList()));
    for (Layers neurons : List.of(Layers.NONE, Layers.of(LAYERS - 1))) {
      AttributionResult result =
          Attribution.run(
              engine.model(), engine.files(), texts, List.of(target), neurons, 0, "test");
      assertEquals(
          1 + 1 + LAYERS * (12 + 1 + 1) + 1 + (neurons.isNone() ? 0 : 4 * D),
          result.components().size());
      System.out.printf(
          "GPT-2 124M: %d parts add up to %s within %.1e%n",
          result.components().size(), target, result.largestError());
      assertTrue(result.largestError() < 1e-4, "error " + result.largestError());
    }
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  /**
   * 250 MB of BF16: uniform in (-0.07, 0.07), which is GPT-2's own initial spread of 0.02 doubled.
   */
  private void writeWeights() {
    try (Arena arena = Arena.ofConfined()) {
      SplittableRandom random = new SplittableRandom(124);
      SafetensorsWriter writer = new SafetensorsWriter();
      Weights weights = new Weights(arena, random, writer);
      weights.add("transformer.wte.weight", VOCABULARY, D);
      weights.add("transformer.wpe.weight", POSITIONS, D);
      for (int n = 0; n < LAYERS; n++) {
        String h = "transformer.h." + n + ".";
        weights.addNorm(h + "ln_1");
        weights.addDense(h + "attn.c_attn", D, 3 * D);
        weights.addDense(h + "attn.c_proj", D, D);
        weights.addNorm(h + "ln_2");
        weights.addDense(h + "mlp.c_fc", D, 4 * D);
        weights.addDense(h + "mlp.c_proj", 4 * D, D);
      }
      weights.addNorm("transformer.ln_f");
      writer.write(directory.resolve("model.safetensors"));
    }
  }

  private record Weights(Arena arena, SplittableRandom random, SafetensorsWriter writer) {
    private static final float SPREAD = 0.07f;

    void addDense(String name, int rows, int columns) {
      add(name + ".weight", rows, columns);
      add(name + ".bias", columns);
    }

    void addNorm(String name) {
      MemorySegment ones = arena.allocate(ValueLayout.JAVA_SHORT, D);
      for (int i = 0; i < D; i++) {
        ones.setAtIndex(ValueLayout.JAVA_SHORT, i, bfloat16(1f));
      }
      writer.add(name + ".weight", DType.BF16, ones, D);
      add(name + ".bias", D);
    }

    void add(String name, long... shape) {
      long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      MemorySegment values = arena.allocate(ValueLayout.JAVA_SHORT, size);
      for (long i = 0; i < size; i++) {
        float value = (float) (random.nextInt() * 0x1p-31) * SPREAD;
        values.setAtIndex(ValueLayout.JAVA_SHORT, i, bfloat16(value));
      }
      writer.add(name, DType.BF16, values, shape);
    }

    /** The upper half of a float32. */
    private static short bfloat16(float value) {
      return (short) (Float.floatToRawIntBits(value) >>> 16);
    }
  }
}
