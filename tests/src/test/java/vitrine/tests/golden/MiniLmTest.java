package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Precision;

/**
 * A real BERT on real text: all-MiniLM-L6-v2's mean-pooled embeddings rank sentence pairs of the
 * STS benchmark (captions) as people do. An engine that is wrong anywhere falls far below.
 */
final class MiniLmTest {
  private static final int BATCH = 32;
  private static final int LAST_LAYER = 5;

  /** What PyTorch and transformers 5.23.0 give with the same weights, float32. */
  private static final Map<String, Double> REFERENCE = Map.of("dev", 0.90967, "train", 0.90225);

  private record Pair(String first, String second, double score) {}

  @Test
  void should_rank_pairs_as_people_do_when_embeddings_are_mean_pooled() throws IOException {
    Path model = OutsideData.folder("VITRINE_MINILM");
    Path data = OutsideData.folder("VITRINE_DATA").resolve("glue").resolve("STS-B-images");
    try (Engine engine = Engine.open(model, "simd", 2)) {
      for (String split : List.of("dev", "train")) {
        List<Pair> pairs = pairs(data.resolve(split + ".tsv"));
        TreeSet<String> sentences = new TreeSet<>();
        pairs.forEach(pair -> sentences.addAll(List.of(pair.first(), pair.second())));
        long start = System.nanoTime();
        Map<String, float[]> embeddings = embed(engine, List.copyOf(sentences));
        double seconds = (System.nanoTime() - start) / 1e9;
        double[] ours =
            pairs.stream()
                .mapToDouble(p -> cosine(of(embeddings, p.first()), of(embeddings, p.second())))
                .toArray();
        double[] people = pairs.stream().mapToDouble(Pair::score).toArray();
        double spearman = pearson(ranks(ours), ranks(people));
        System.out.printf(
            "MiniLM: STS-B images %s: %d pairs, %d sentences in %.1f s: Spearman %.4f%n",
            split, pairs.size(), sentences.size(), seconds, spearman);
        assertTrue(pairs.size() > 200, () -> "only " + pairs.size() + " pairs");
        assertTrue(spearman > 0.8, () -> "Spearman " + spearman + " on " + split);
        assertEquals(of(REFERENCE, split), spearman, 2e-4, split);
      }
    }
  }

  @Test
  void should_rank_nearly_alike_when_weights_are_rounded() throws IOException {
    Path model = OutsideData.folder("VITRINE_MINILM");
    Path data = OutsideData.folder("VITRINE_DATA").resolve("glue").resolve("STS-B-images");
    List<Pair> pairs = pairs(data.resolve("dev.tsv"));
    TreeSet<String> sentences = new TreeSet<>();
    pairs.forEach(pair -> sentences.addAll(List.of(pair.first(), pair.second())));
    double[] people = pairs.stream().mapToDouble(Pair::score).toArray();
    Map<String, float[]> whole = embed(model, Precision.F32, sentences);
    for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
      Map<String, float[]> rounded = embed(model, precision, sentences);
      double[] ours =
          pairs.stream()
              .mapToDouble(p -> cosine(of(rounded, p.first()), of(rounded, p.second())))
              .toArray();
      double spearman = pearson(ranks(ours), ranks(people));
      double least =
          sentences.stream()
              .mapToDouble(sentence -> cosine(of(whole, sentence), of(rounded, sentence)))
              .min()
              .orElseThrow();
      System.out.printf(
          "MiniLM in %s: Spearman %.5f; least cosine with f32's embedding, of %d: %.6f%n",
          precision.label(), spearman, sentences.size(), least);
      assertEquals(of(REFERENCE, "dev"), spearman, 1e-3, precision.label());
      assertTrue(least > 0.99, () -> precision.label() + ": least cosine " + least);
    }
  }

  private static Map<String, float[]> embed(
      Path model, Precision precision, Collection<String> sentences) {
    try (Engine engine = Engine.open(model, "simd", 2, precision)) {
      return embed(engine, List.copyOf(sentences));
    }
  }

  /** Mean of the last hidden states over each sentence's real tokens. */
  private static Map<String, float[]> embed(Engine engine, List<String> sentences) {
    Tokenizer tokenizer = engine.files().tokenizer().orElseThrow();
    Map<String, Encoding> encodings = new HashMap<>();
    sentences.forEach(sentence -> encodings.put(sentence, tokenizer.encode(sentence)));
    // By length, so that little is padding.
    List<String> ordered =
        sentences.stream()
            .sorted(Comparator.comparingInt(sentence -> of(encodings, sentence).ids().length))
            .toList();
    Site last = Site.residPost(LAST_LAYER);
    Plan plan = Plan.empty().read(last);
    Map<String, float[]> embeddings = new HashMap<>();
    for (int from = 0; from < ordered.size(); from += BATCH) {
      List<String> batch = ordered.subList(from, Math.min(from + BATCH, ordered.size()));
      List<Example> examples = new ArrayList<>();
      for (String sentence : batch) {
        Encoding encoding = of(encodings, sentence);
        examples.add(Example.of(encoding.ids()).withTypeIds(encoding.typeIds()));
      }
      try (Trace trace = engine.model().run(plan, Inputs.batch(examples))) {
        int length = trace.value(last).shape().dim(1);
        int width = trace.value(last).shape().dim(2);
        float[] hidden = trace.value(last).toArray();
        for (int b = 0; b < batch.size(); b++) {
          int real = examples.get(b).ids().length;
          embeddings.put(batch.get(b), mean(hidden, b * length * width, real, width));
        }
      }
    }
    return embeddings;
  }

  private static <T> T of(Map<String, T> values, String sentence) {
    return Objects.requireNonNull(values.get(sentence), sentence);
  }

  private static float[] mean(float[] hidden, int start, int rows, int width) {
    float[] mean = new float[width];
    for (int t = 0; t < rows; t++) {
      for (int d = 0; d < width; d++) {
        mean[d] += hidden[start + t * width + d] / rows;
      }
    }
    return mean;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  /** Ranks from 1; equal values share the mean of theirs. */
  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] ranks = new double[values.length];
    for (int i = 0, j; i < order.length; i = j) {
      for (j = i; j < order.length && values[order[j]] == values[order[i]]; j++) {
        // to the end of the ties
      }
      for (int tie = i; tie < j; tie++) {
        ranks[order[tie]] = (i + 1 + j) / 2.0;
      }
    }
    return ranks;
  }

  private static double pearson(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElseThrow();
    double meanB = Arrays.stream(b).average().orElseThrow();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static List<Pair> pairs(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<String> names = List.of(lines.get(0).split("\t", -1));
    int first = names.indexOf("sentence1");
    int second = names.indexOf("sentence2");
    int score = names.indexOf("score");
    return lines.stream()
        .skip(1)
        .map(line -> line.split("\t", -1))
        .map(f -> new Pair(f[first], f[second], Double.parseDouble(f[score])))
        .toList();
  }
}
