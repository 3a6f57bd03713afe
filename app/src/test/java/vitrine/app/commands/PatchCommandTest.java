package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

final class PatchCommandTest {
  private static final String CLEAN = "a red cat . a red";
  private static final String CORRUPTED = "a blue cat . a red";

  @TempDir Path dir;

  private static Cli patch(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("patch"), Arrays.stream(options)).toArray(String[]::new));
  }

  private static Cli both(String... options) {
    String[] given = {
      "--text", CLEAN, "--corrupted", CORRUPTED, "--answer", " cat", "--wrong", " red"
    };
    return patch(
        Stream.concat(Arrays.stream(given), Arrays.stream(options)).toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  @Test
  void should_hold_what_was_patched_when_json() {
    JsonNode document = both("--site", "attn.z", "--json").json();
    assertEquals("patch", document.get("analysis").stringValue());
    assertEquals("corrupted", document.get("patched").stringValue());
    assertTrue(document.get("clean").get("estimate").doubleValue() > 5);
    assertTrue(document.get("corrupted").get("estimate").doubleValue() < 0);
    assertEquals("Ġblue", document.at("/pairs/0/corrupted/tokens/1").stringValue());
    JsonNode heads = document.at("/sites/0/components");
    assertEquals(8, heads.size());
    JsonNode previous = heads.get(1);
    assertEquals(1, previous.at("/normalised/estimate").doubleValue(), 0.02);
    assertEquals("blocks.0.attn.z[head=1]=from:clean", previous.get("edit").stringValue());
    assertEquals(1, previous.get("pairs").intValue());
  }

  /** As the help tells it: the plan of the result, and the edit of a component. */
  @Test
  void should_be_what_run_gives_when_repeated() {
    both("--site", "attn.z", "--out", file("a.json")).done();
    JsonNode found = both("--site", "attn.z", "--json").json();
    Cli.run("run", "--text", CLEAN, "--plan", file("a.json"), "--out", file("clean")).done();
    JsonNode head = found.at("/sites/0/components/1");
    String edit = head.get("edit").stringValue().replace("from:clean", "from:" + file("clean"));
    Cli.run(
            "run",
            "--text",
            CORRUPTED,
            "--edit",
            edit,
            "--read",
            "logits",
            "--out",
            file("patched"))
        .done();
    double expected = difference(dir.resolve("patched"), found.at("/pairs/0/metric").stringValue());
    assertEquals(expected, head.at("/metric/estimate").doubleValue(), 0.0);
  }

  /** Both steps of a path: the run on the way, and the one that gets what it left. */
  @Test
  void should_be_what_run_gives_when_its_files_are_kept() {
    JsonNode paths =
        both("--to", "blocks.1.attn.k[head=2]", "--keep", file("kept"), "--json").json();
    Path pair = dir.resolve("kept").resolve("pair.0");
    run(dir.resolve("kept").resolve("read.json"), pair, "clean", pair.resolve("clean"));
    run(dir.resolve("kept").resolve("read.json"), pair, "corrupted", pair.resolve("corrupted"));
    Path plans = pair.resolve("plans");
    run(plans.resolve("by-0.1.json"), pair, "corrupted", pair.resolve("by-0.1"));
    run(plans.resolve("received-by-0.1.json"), pair, "corrupted", dir.resolve("again"));
    JsonNode sender = paths.at("/senders/1");
    assertEquals(1, sender.at("/normalised/estimate").doubleValue(), 0.02);
    assertEquals(
        difference(dir.resolve("again"), paths.at("/pairs/0/metric").stringValue()),
        sender.at("/metric/estimate").doubleValue(),
        0.0);
    both("--site", "attn.z", "--keep", file("heads")).done();
    assertTrue(
        Files.exists(
            dir.resolve("heads").resolve("pair.0/plans").resolve("blocks.1.attn.z[head=2].json")));
    String many =
        IntStream.range(0, 32)
            .mapToObj(i -> Integer.toString(2 * i))
            .collect(Collectors.joining(","));
    both("--site", "blocks.0.mlp.post[neuron={" + many + "}]", "--keep", file("many")).done();
    both("--site", "mlp.post", "--by", "neuron", "--neurons-at-once", "64", "--keep", file("range"))
        .done();
    assertTrue(
        Files.exists(
            dir.resolve("range").resolve("pair.0/plans/blocks.1.mlp.post[neuron=0..64].json")));
    both("--keep", file("heads")).failed(3, "not empty");
  }

  private static void run(Path plan, Path pair, String which, Path out) {
    String input = pair.resolve(which + ".jsonl").toString();
    Cli.run("run", "--plan", plan.toString(), "--input", input, "--out", out.toString()).done();
  }

  /** diff:-1,A,B of the logits that a run of six tokens has left. */
  private static double difference(Path directory, String metric) {
    NpyArray logits = Npy.read(directory.resolve("logits.npy"));
    String[] parts = metric.split("[:,]", -1);
    int last = (int) (logits.shape()[2] * 5);
    return (double) logits.values()[last + Integer.parseInt(parts[2])]
        - logits.values()[last + Integer.parseInt(parts[3])];
  }

  @Test
  void should_write_every_form_when_the_ending_says_so() throws IOException {
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.png", "a.html")) {
      both("--method", "both", "--out", file(name)).done();
    }
    String csv = Files.readString(dir.resolve("a.csv"));
    assertEquals(1 + 3 * 2 * 6 + 8, csv.lines().count());
    assertTrue(csv.startsWith("site,layer,pos,head,pairs,metric,"), csv);
    List<String> head = csv.lines().filter(line -> line.contains("attn.z[head=2]")).toList();
    assertTrue(head.getFirst().startsWith("blocks.0.attn.z[head=2],0,,2,1,"), head::getFirst);
    assertEquals("(2,6)", Npy.read(dir.resolve("a.npy")).shapeText());
    assertTrue(Files.readString(dir.resolve("a.svg")).contains("Ġred|Ġblue"));
    for (String name : List.of("p.json", "p.csv", "p.npy", "p.svg", "p.html")) {
      both("--to", "blocks.1.attn.k[head=2]", "--out", file(name)).done();
    }
    assertTrue(Files.readString(dir.resolve("p.svg")).contains("Who tells"));
    assertEquals("(2,4)", Npy.read(dir.resolve("p.npy")).shapeText());
  }

  @Test
  void should_name_the_sender_when_paths_are_patched() {
    JsonNode document =
        both("--to", "blocks.1.attn.k[head=2]", "--direction", "noise", "--json").json();
    assertEquals(4, document.get("senders").size());
    for (JsonNode sender : document.get("senders")) {
      double expected = sender.get("head").intValue() == 1 ? 0 : 1;
      assertEquals(expected, sender.at("/normalised/estimate").doubleValue(), 0.02);
    }
    assertEquals(
        "[\"blocks.0.attn.z[head=1]=from:corrupted\"]",
        document.at("/senders/1/on_the_way/edit").toString());
    assertEquals(
        "[\"blocks.1.attn.k[head=2]=from:by-0.1\"]",
        document.at("/senders/1/received/edit").toString());
    assertEquals(
        8, both("--to", "logits", "--mlps", "frozen", "--json").json().get("senders").size());
  }

  @Test
  void should_read_what_it_has_written_when_prompts_are_saved() {
    JsonNode made =
        patch("--prompts", "ioi", "--count", "5", "--save-prompts", file("p.jsonl"), "--json")
            .json();
    JsonNode read = patch("--input", file("p.jsonl"), "--json").json();
    assertEquals(5, made.get("pairs").size());
    assertEquals(made.get("pairs"), read.get("pairs"));
    assertEquals(made.get("sites"), read.get("sites"));
    assertEquals(5, made.at("/sites/3/components/0/metric/n").intValue());
    String notes = patch("--prompts", "agreement", "--count", "3", "--site", "attn.z").done().err();
    assertTrue(notes.contains("agreement: 3 pairs; left out:"), notes);
  }

  @Test
  void should_take_ids_and_any_metric_when_given() throws IOException {
    Path input = dir.resolve("pairs.jsonl");
    Files.writeString(
        input,
        """
        {"clean":[5,6,7,5],"corrupted":[5,9,7,5],"answer":6}
        {"clean":"a red cat","corrupted":"a blue cat","answer":" cat"}
        """);
    assertEquals(
        "logit:-1,6",
        patch("--input", input.toString(), "--json").json().at("/pairs/0/metric").stringValue());
    for (String metric : List.of("prob", "rank", "kl:-1", "loss", "diff:-1,3,4")) {
      patch("--input", input.toString(), "--metric", metric, "--site", "attn.z").done();
    }
    patch("--ids", "5,6,7,5", "--corrupted-ids", "5,9,7,5", "--metric", "diff:-1,6,9").done();
    both("--metric", "prob", "--method", "attribution", "--site", "attn.z").done();
    String[] head = {"--site", "attn.pattern[head=2]", "--by", "query", "--layers", "1"};
    assertEquals(
        6,
        both(Stream.concat(Arrays.stream(head), Stream.of("--json")).toArray(String[]::new))
            .json()
            .at("/sites/0/components")
            .size());
  }

  /** A number is an id with every option, and a special token has its own spelling. */
  @Test
  void should_take_the_same_tokens_as_heads_when_answers_are_given() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    for (String answer : List.of("[MASK]", "##s", "4", "cat", "[UNK]")) {
      String metric =
          patch(
                  "--model",
                  bert.toString(),
                  "--text",
                  "the [MASK] sat",
                  "--corrupted",
                  "on [MASK] sat",
                  "--answer",
                  answer,
                  "--site",
                  "attn.z",
                  "--json")
              .json()
              .at("/pairs/0/metric")
              .stringValue();
      String target =
          Cli.run(
                  "heads",
                  "--model",
                  bert.toString(),
                  "--show",
                  "logits",
                  "--text",
                  "the [MASK] sat",
                  "--position",
                  "2",
                  "--token",
                  answer,
                  "--json")
              .json()
              .at("/targets/0/target")
              .stringValue();
      assertEquals(target, metric);
      int id = answer.equals("4") ? 4 : TinyModels.WORDS.indexOf(answer);
      assertEquals("logit:2," + id, metric, answer);
    }
    both("--metric", "logit", "--site", "attn.z", "--json").done();
    patch("--text", CLEAN, "--corrupted", CORRUPTED, "--answer", "text:12345")
        .failed(3, "'12345'", "single token");
  }

  @Test
  void should_find_the_mask_when_the_model_fills_it() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    JsonNode document =
        patch(
                "--model",
                bert.toString(),
                "--text",
                "the [MASK] sat",
                "--corrupted",
                "on [MASK] sat",
                "--answer",
                "cat",
                "--site",
                "attn.z",
                "--json")
            .json();
    assertTrue(document.at("/pairs/0/metric").stringValue().startsWith("logit:2,"));
    patch("--model", bert.toString(), "--text", "the", "--corrupted", "on", "--answer", "cat")
        .failed(3, "mask tokens");
  }

  /**
   * A difference of class logits is linear: both ways are at hand, and a class's probability too.
   */
  @Test
  void should_estimate_differences_of_classes_when_a_classifier() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForSequenceClassification");
    for (String metric : List.of("diff:0,2,1", "prob:0,2", "logit:0,1")) {
      JsonNode document =
          patch(
                  "--model",
                  bert.toString(),
                  "--ids",
                  "2,5,6,3",
                  "--corrupted-ids",
                  "2,9,6,3",
                  "--metric",
                  metric,
                  "--method",
                  "both",
                  "--site",
                  "blocks.1.resid_post",
                  "--by",
                  "layer",
                  "--json")
              .json();
      // All of the last of the stream: the exact patch is the other prompt's run.
      assertEquals(
          document.at("/clean/estimate").doubleValue(),
          document.at("/sites/0/components/0/metric/estimate").doubleValue(),
          1e-6);
      assertTrue(
          document.at("/sites/0/components/0/attribution/metric/estimate").isNumber(), metric);
    }
    patch(
            "--model",
            bert.toString(),
            "--ids",
            "2,5,6,3",
            "--corrupted-ids",
            "2,9,6,3",
            "--metric",
            "diff:3,2,1",
            "--method",
            "attribution")
        .failed(3, "out of range");
  }

  @Test
  void should_be_the_same_to_the_bit_when_threads_differ() {
    String one = both("--method", "both", "--json", "--threads", "1").done().out();
    assertEquals(one, both("--method", "both", "--json", "--threads", "3").done().out());
  }

  @Test
  void should_be_refused_in_one_line_when_called_wrongly() throws IOException {
    patch().failed(2, "none given");
    patch("--text", CLEAN).failed(2, "--corrupted");
    patch("--text", CLEAN, "--corrupted", "a cat", "--answer", " cat")
        .failed(3, "6 tokens clean, 2 corrupted");
    patch("--text", CLEAN, "--corrupted", CORRUPTED).failed(3, "no answer");
    patch("--text", CLEAN, "--corrupted", CORRUPTED, "--answer", " boys")
        .failed(3, "2 tokens", "single token");
    both("--site", "attn.zz").failed(3, "Nearest", "attn.z");
    both("--site", "blocks.1.attn.z[head=7]")
        .failed(3, "expected 0 to 3", "Nearest: blocks.1.attn.z[head=3]");
    both("--site", "blocks.-3.attn.z").failed(3, "expected 0 to 1", "Nearest: blocks.0.attn.z");
    both("--site", "mlp.post[neuron=64]", "--by", "neuron")
        .failed(3, "expected 0 to 63", "[neuron=63]");
    both("--site", "attn.z", "--layers", "2")
        .failed(3, "expected 0 to 1", "Nearest: blocks.1.attn");
    both("--site", "blocks.1.attn.z", "--layers", "0").failed(2, "--layers", "in one place");
    both("--site", "mlp.post", "--neurons-at-once", "4").failed(2, "--by neuron");
    both("--to", "logits", "--neurons-at-once", "4").failed(2, "--neurons-at-once");
    both("--metric", "accuracy").failed(3, "labels");
    both("--to", "logits", "--heads", "4").failed(3, "expected 0 to 3", "Nearest: 3");
    both("--site", "attn.z", "--by", "neuron").failed(3, "expected axes of it");
    both("--by", "head").failed(2, "--site");
    both("--direction", "denois").failed(2, "denoise perhaps");
    both("--method", "exactly").failed(2, "--method");
    both("--metric", "dif").failed(3, "no such metric");
    both("--metric", "rank", "--method", "attribution").failed(3, "no gradient");
    both("--to", "blocks.1.attn.z").failed(3, "no input of a head");
    both("--to", "logits", "--site", "attn.z").failed(2, "--to");
    both("--to", "blocks.0.attn.q").failed(3, "no head in a layer below");
    patch("--prompts", "ioii").failed(2, "ioi perhaps");
    Path input = dir.resolve("pairs.jsonl");
    Files.writeString(input, "{\"clean\":\"a\",\"corupted\":\"b\"}\n");
    patch("--input", input.toString()).failed(3, "line 1", "corrupted perhaps");
    Files.writeString(input, "{\"clean\":\"a\"}\n");
    patch("--input", input.toString()).failed(3, "no field corrupted");
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(1, left.count());
    }
  }
}
