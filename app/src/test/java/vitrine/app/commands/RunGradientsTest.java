package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/** {@code vitrine run --gradient}: the files, their names and shapes, and the library's numbers. */
final class RunGradientsTest {
  private static final String TEXT = "the cat sat on the mat . the cat";

  @TempDir Path dir;

  private Path out() {
    return dir.resolve("out");
  }

  /** {@code vitrine run … --backend scalar --out OUT}. */
  private Cli run(String... options) {
    List<String> call = new ArrayList<>(List.of("run"));
    call.addAll(Arrays.asList(options));
    call.addAll(List.of("--backend", "scalar", "--out", out().toString()));
    return Cli.run(call.toArray(String[]::new));
  }

  private JsonNode record() throws IOException {
    return JsonMapper.builder().build().readTree(Files.readString(out().resolve("run.json")));
  }

  /** What run.json lists. */
  private List<String> listed() throws IOException {
    return record().get("files").valueStream().map(JsonNode::stringValue).toList();
  }

  /** Every file in the directory, relative to it, run.json left out. */
  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> walked = Files.walk(directory)) {
      return walked
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .filter(name -> !name.equals("run.json"))
          .sorted()
          .toList();
    }
  }

  private NpyArray array(String name) {
    return Npy.read(out().resolve(name));
  }

  private static int[] ids(JsonNode record) {
    return record.get("tokens").get("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  /** The same with the library: every file that is listed has its numbers and its shape. */
  private void assertAsTheLibraryHasThem(Path model, Plan plan, int files) throws IOException {
    JsonNode record = record();
    int compared = 0;
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        ModelFiles opened = ModelFiles.open(model);
        Model loaded = ModelLoader.load(opened, Optional.empty(), kernels, note -> {});
        Trace trace = loaded.run(plan, Inputs.of(ids(record)))) {
      assertEquals(trace.loss().orElseThrow(), record.get("loss").doubleValue());
      for (Trace.Read each : trace.gradients()) {
        NpyArray array = array("grad." + each.site().name() + ".npy");
        assertEquals(each.value().shape().toString(), text(array.shape()));
        assertArrayEquals(each.value().toArray(), array.values(), each.site().name());
        compared++;
      }
      if (plan.wantsParameterGradients()) {
        for (Parameter each : loaded.parameters()) {
          NpyArray array = array("grad.params/" + each.name() + ".npy");
          assertEquals(opened.checkpoint().info(each.name()).shape().toString(), list(array));
          assertArrayEquals(
              each.gradient(kernels, trace.parameterGradients()), array.values(), each.name());
          compared++;
        }
      }
    }
    assertEquals(files, compared);
    assertEquals(files, listed().size());
    assertEquals(files(out()), listed().stream().sorted().toList());
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape).replace(" ", "").replace('[', '(').replace(']', ')');
  }

  private static String list(NpyArray array) {
    return Arrays.toString(array.shape());
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += Math.abs(value);
    }
    return sum;
  }

  @Test
  void should_write_a_file_a_layer_under_its_text_when_gradients_of_sites_are_asked()
      throws IOException {
    Path model = TinyModels.gpt2(dir.resolve("gpt2"));
    List<String> sites =
        List.of("blocks.*.attn.z[head=2]", "embed", "blocks.1.attn.pattern[query=-1,key=0..3]");
    List<String> options = new ArrayList<>(List.of("--model", model.toString(), "--text", TEXT));
    options.addAll(List.of("--loss", "next"));
    Plan plan = Plan.empty().loss(Loss.next());
    for (String site : sites) {
      options.addAll(List.of("--gradient", site));
      plan = plan.gradient(Site.parse(site));
    }
    run(options.toArray(String[]::new)).done();
    assertEquals(
        List.of(
            "grad.blocks.0.attn.z[head=2].npy",
            "grad.blocks.1.attn.z[head=2].npy",
            "grad.embed.npy",
            "grad.blocks.1.attn.pattern[query=-1,key=0..3].npy"),
        listed());
    assertEquals("[1, 9, 1, 64]", list(array("grad.blocks.0.attn.z[head=2].npy")));
    assertEquals("[1, 4, 1, 3]", list(array("grad.blocks.1.attn.pattern[query=-1,key=0..3].npy")));
    assertAsTheLibraryHasThem(model, plan, 4);
    assertTrue(sum(array("grad.embed.npy").values()) > 0);
  }

  @Test
  void should_write_every_parameter_under_its_name_when_params_are_asked_of_a_gpt2()
      throws IOException {
    Path model = TinyModels.gpt2(dir.resolve("gpt2"));
    Cli cli =
        run("--model", model.toString(), "--text", TEXT, "--loss", "next", "--gradient", "params");
    assertTrue(
        cli.done().out().lines().anyMatch(line -> line.matches("grad.params/ +28 files +.*MiB")),
        cli.out());
    TreeSet<String> inFile = new TreeSet<>();
    try (ModelFiles opened = ModelFiles.open(model)) {
      opened.checkpoint().names().forEach(name -> inFile.add("grad.params/" + name + ".npy"));
    }
    assertEquals(List.copyOf(inFile), files(out()), "no entry for the tied head");
    assertEquals("[256, 768]", list(array("grad.params/transformer.h.0.attn.c_attn.weight.npy")));
    assertAsTheLibraryHasThem(model, Plan.empty().loss(Loss.next()).gradientOfParameters(), 28);
  }

  @Test
  void should_have_one_entry_for_tied_weights_when_params_are_asked_of_a_bert() throws IOException {
    Path model = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    run(
            "--model",
            model.toString(),
            "--ids",
            "2,5,4,7,3",
            "--loss",
            "mlm:2=6",
            "--gradient",
            "params",
            "--gradient",
            "blocks.0.resid_mid_raw")
        .done();
    Plan plan =
        Plan.empty()
            .loss(Loss.parse("mlm:2=6"))
            .gradient(Site.parse("blocks.0.resid_mid_raw"))
            .gradientOfParameters();
    assertAsTheLibraryHasThem(model, plan, 43);
    List<String> listed = listed();
    assertTrue(listed.contains("grad.params/bert.embeddings.word_embeddings.weight.npy"));
    assertTrue(listed.contains("grad.params/cls.predictions.bias.npy"));
    assertFalse(listed.contains("grad.params/classifier.weight.npy"), "not this head's");
    // The word that is expected at position 2 is in no input: what its row has is the head's use.
    float[] words = array("grad.params/bert.embeddings.word_embeddings.weight.npy").values();
    assertTrue(sum(Arrays.copyOfRange(words, 6 * 8, 7 * 8)) > 0);
  }

  @Test
  void should_be_one_where_the_logit_stands_when_the_loss_is_a_logit() throws IOException {
    run("--text", TEXT, "--loss", "logit:-1,5", "--gradient", "logits").done();
    NpyArray logits = array("grad.logits.npy");
    int width = (int) logits.shape()[2];
    for (int i = 0; i < logits.values().length; i++) {
      assertEquals(i == 8 * width + 5 ? 1 : 0, logits.values()[i], "element " + i);
    }
  }

  @Test
  void should_have_zeros_at_padding_when_lines_run_as_a_batch() throws IOException {
    Path file = Files.writeString(dir.resolve("in.jsonl"), "{\"ids\":[5,6,7]}\n{\"ids\":[8,9]}\n");
    run("--input", file.toString(), "--loss", "next", "--gradient", "embed").done();
    NpyArray embed = array("grad.embed.npy");
    assertEquals("[2, 3, 256]", list(embed));
    for (int t = 0; t < 6; t++) {
      // Of the second line's last token nothing is predicted, and the first's third likewise.
      double there = sum(Arrays.copyOfRange(embed.values(), t * 256, (t + 1) * 256));
      assertEquals(t == 0 || t == 1 || t == 3, there > 0, "position " + t);
    }
  }

  @Test
  void should_give_the_same_bits_with_less_memory_when_blocks_are_computed_again()
      throws IOException {
    String[] options = {
      "--text",
      TEXT,
      "--loss",
      "next",
      "--gradient",
      "params",
      "--gradient",
      "blocks.*.mlp.post",
      "--gradient",
      "blocks.0.attn.scores",
      "--edit",
      "blocks.0.attn.z[head=0]=noise:0.1"
    };
    run(options).done();
    Path first = dir.resolve("first");
    JsonNode kept = record().get("memory");
    Files.move(out(), first);
    String[] more = Arrays.copyOf(options, options.length + 1);
    more[options.length] = "--recompute";
    Cli cli = run(more).done();
    assertEquals("", cli.err());
    JsonNode again = record().get("memory");
    assertEquals(31, files(first).size());
    assertEquals(files(first), files(out()));
    for (String file : files(first)) {
      assertArrayEquals(
          Files.readAllBytes(first.resolve(file)), Files.readAllBytes(out().resolve(file)), file);
    }
    assertEquals("keep", kept.get("saving").stringValue());
    assertEquals("recompute", again.get("saving").stringValue());
    assertTrue(total(again) < total(kept));
    assertTrue(again.get("peak_bytes").longValue() <= kept.get("peak_bytes").longValue());
    assertEquals(
        kept.get("gradients_of_parameters").longValue(),
        again.get("gradients_of_parameters").longValue());
    assertEquals(4L * 2 * 9 * 256, bytes(kept, "blocks.*.attn.q"));
    assertEquals(4L * 2 * 9 * 256, bytes(again, "blocks.*.input"));
    assertTrue(bytes(again, "one block, run again") > 0);
    long sum = 0;
    for (JsonNode each : kept.get("saved_for_backward").get("by_name")) {
      sum += each.longValue();
    }
    assertEquals(total(kept), sum);
  }

  private static long total(JsonNode memory) {
    return memory.get("saved_for_backward").get("total").longValue();
  }

  private static long bytes(JsonNode memory, String name) {
    return memory.get("saved_for_backward").get("by_name").get(name).longValue();
  }

  @Test
  void should_say_nothing_of_a_backward_pass_when_there_is_none() throws IOException {
    Cli cli = run("--text", TEXT, "--loss", "next", "--recompute").done();
    assertTrue(cli.err().contains("--recompute: no gradient"), cli.err());
    assertFalse(record().has("memory"));
    assertFalse(cli.out().contains("backward"));
  }

  @Test
  void should_give_the_same_files_when_the_plan_is_read_back() throws IOException {
    run("--text", TEXT, "--loss", "next", "--gradient", "params", "--gradient", "embed[pos=2]")
        .done();
    Path first = dir.resolve("first");
    Files.move(out(), first);
    run("--text", TEXT, "--plan", first.resolve("run.json").toString()).done();
    assertEquals(29, files(first).size());
    assertEquals(files(first), files(out()));
    String name = "grad.params/transformer.h.1.mlp.c_fc.weight.npy";
    assertArrayEquals(
        Files.readAllBytes(first.resolve(name)), Files.readAllBytes(out().resolve(name)));
  }

  @Test
  void should_take_away_an_earlier_run_s_gradients_when_overwriting() throws IOException {
    run("--text", TEXT, "--loss", "next", "--gradient", "params", "--gradient", "embed").done();
    assertTrue(Files.isDirectory(out().resolve("grad.params")));
    run("--text", TEXT, "--read", "embed", "--overwrite").done();
    assertEquals(List.of("embed.npy"), files(out()));
    assertFalse(Files.exists(out().resolve("grad.params")), "an empty folder stays");
    run("--text", TEXT, "--loss", "next", "--gradient", "params", "--overwrite").done();
    Path mine = Files.writeString(out().resolve("grad.params").resolve("mine.npy"), "mine");
    run("--text", TEXT, "--loss", "next", "--gradient", "embed", "--overwrite").done();
    assertEquals(List.of("grad.embed.npy", "grad.params/mine.npy"), files(out()));
    run("--text", TEXT, "--loss", "next", "--gradient", "params", "--overwrite").done();
    assertEquals(29, files(out()).size());
    assertEquals("mine", Files.readString(mine));
  }

  /** A short line costs as much as the longest: a small file asks for more than any machine has. */
  @Test
  void should_refuse_with_the_figure_when_a_run_would_not_fit() throws IOException {
    if (Memory.available().isEmpty()) {
      return; // this system does not tell, so nothing is refused
    }
    String longest = "{\"ids\":[5" + ",6".repeat(99) + "]}\n";
    Path file =
        Files.writeString(dir.resolve("in.jsonl"), longest + "{\"ids\":[5]}\n".repeat(30_000));
    List<String> options = new ArrayList<>(List.of("--input", file.toString(), "--top", "0"));
    options.addAll(List.of("--loss", "next", "--gradient", "params"));
    for (int end = 51; end <= 100; end++) {
      options.addAll(List.of("--read", "blocks.*.attn.result[pos=0.." + end + "]"));
    }
    run(options.toArray(String[]::new))
        .failed(
            4,
            "run: memory: ",
            " available; expected 9",
            " GiB or more. The backward pass keeps ",
            " GiB, gradients of parameters take 3.8 MiB. Run fewer or shorter inputs at a time, or add",
            " --recompute (");
    assertEquals(List.of("in.jsonl"), files(dir));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--gradient embed                             | run: --gradient: no loss; expected one",
        "--gradient params                            | run: --gradient: no loss; expected one",
        "--gradient blocks.0.attn.W_Q --loss next     | a weight; expected an activation",
        "--gradient embed.W_E --loss next             | The gradients of all weights: params",
        "--gradient pooled --loss next                | has no such output; expected",
        "--gradient parameters --loss next            | parameters; expected params",
        "--gradient blocks.0.resid_mid_raw --loss next| for BERT only",
        "--gradient embed[pos=99] --loss next         | 99",
        "--gradient embed --loss labels               | labels",
      })
  void should_fail_and_write_nothing_when_a_gradient_is_impossible(String options, String fragment)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("--text", TEXT));
    all.addAll(Arrays.asList(options.split(" ", -1)));
    run(all.toArray(String[]::new)).failed(3, fragment);
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(0, left.count());
    }
  }
}
