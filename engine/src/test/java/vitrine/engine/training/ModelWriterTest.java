package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.data.LabelSet;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.data.TestTokenizers;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.families.TinyGpt2;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Parameter;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

final class ModelWriterTest {
  private static final Sizes SMALL = Sizes.of(2, 2, 8, 16);
  private static final Inputs TEXT = Inputs.of(5, 6, 7, 8);

  @TempDir private Path directory;
  private final Kernels kernels = Backends.open("scalar", 1, note -> {});
  private final List<String> notes = new ArrayList<>();

  @AfterEach
  void close() {
    kernels.close();
  }

  private static float[] logits(Model model) {
    try (Trace trace = model.run(Plan.empty().read(Site.logits()), TEXT)) {
      return trace.value(Site.logits()).toArray();
    }
  }

  /** Trains some steps, saves, loads: the logits are the same. */
  private ModelFiles saved(StartingPoint start, Recipe recipe, Examples data, SideFiles files) {
    try (Model model = start.load(kernels, notes::add)) {
      float[] before = logits(model);
      new Trainer(model, recipe, TrainingData.of(data), event -> {}).train();
      float[] trained = logits(model);
      assertFalse(java.util.Arrays.equals(before, trained), "training changed nothing");
      ModelWriter.write(directory, model, start.files().config(), files);
      ModelFiles read = ModelFiles.open(directory);
      List<String> loading = new ArrayList<>();
      try (Model again = ModelLoader.load(read, Optional.empty(), kernels, loading::add)) {
        assertArrayEquals(trained, logits(again));
        assertEquals(model.architecture(), again.architecture());
        assertEquals(List.of(), loading);
      }
      return read;
    }
  }

  private static Set<String> names(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
      return names;
    }
  }

  @Test
  void should_give_the_same_logits_when_a_new_gpt2_is_loaded_back() throws IOException {
    Tokenizer tokenizer = TestTokenizers.gpt2();
    SideFiles files = SideFiles.of(TestTokenizers.directory("gpt2"));
    Examples data = new Toy.Copies(20, 4, tokenizer.size(), 1);
    try (ModelFiles read =
        saved(
            StartingPoint.newGpt2(SMALL, tokenizer, 3),
            Toy.recipe(Objective.NEXT, 3, 4),
            data,
            files)) {
      assertEquals(
          Set.of(
              "config.json",
              "generation_config.json",
              "merges.txt",
              "model.safetensors",
              "tokenizer_config.json",
              "vocab.json"),
          names(directory));
      assertEquals("GPT2LMHeadModel", read.config().path("architectures").path(0).asString());
      assertEquals(tokenizer.size(), read.config().path("vocab_size").asInt());
      assertEquals(Set.of(tokenizer.endOfText().orElseThrow()), read.endOfText());
      assertTrue(read.tokenizer().isPresent());
      assertEquals(Map.of("format", "pt"), read.checkpoint().metadata());
      assertFalse(read.checkpoint().has("lm_head.weight"));
    }
    for (String name : List.of("vocab.json", "merges.txt")) {
      assertArrayEquals(
          Files.readAllBytes(TestTokenizers.directory("gpt2").resolve(name)),
          Files.readAllBytes(directory.resolve(name)));
    }
  }

  @Test
  void should_give_the_same_logits_when_a_new_bert_is_loaded_back() throws IOException {
    Tokenizer tokenizer = TestTokenizers.bert();
    SideFiles files = SideFiles.of(TestTokenizers.directory("bert-uncased"));
    Examples data =
        vitrine.engine.data.Masking.of(tokenizer, 0.15)
            .of(new Toy.Copies(20, 4, tokenizer.size(), 1));
    try (ModelFiles read =
        saved(
            StartingPoint.newBert(SMALL, tokenizer, 3),
            Toy.recipe(Objective.MASKED, 3, 4),
            data,
            files)) {
      assertEquals(
          Set.of("config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"),
          names(directory));
      assertEquals(16, settings().path("model_max_length").asInt());
      assertEquals("BertForMaskedLM", read.config().path("architectures").path(0).asString());
      assertEquals(tokenizer.pad(), read.padding());
      assertTrue(read.checkpoint().has("cls.predictions.bias"));
      assertFalse(read.checkpoint().has("cls.predictions.decoder.bias"));
    }
  }

  private JsonNode settings() throws IOException {
    return new JsonMapper()
        .readTree(Files.readAllBytes(directory.resolve("tokenizer_config.json")));
  }

  /** A tokenizer's directory may be that of a model, whose settings are not this one's. */
  @Test
  void should_suit_the_model_when_files_are_taken_from_another() throws IOException {
    Map<String, byte[]> donor =
        Map.of(
            "vocab.json",
            bytes("{}"),
            "tokenizer_config.json",
            bytes("{\"model_max_length\":1024,\"eos_token\":\"<end>\",\"errors\":\"replace\"}"),
            "generation_config.json",
            bytes("{\"max_length\":50}"));
    SideFiles files = new SideFiles(donor);
    TinyGpt2 tiny = new TinyGpt2();
    try (ModelFiles source = tiny.files();
        Model model = StartingPoint.ofText(source, Objective.NEXT, 1).load(kernels, notes::add)) {
      ModelWriter.write(directory, model, source.config(), files);
      assertEquals(
          "{\"max_length\":50}", Files.readString(directory.resolve("generation_config.json")));
      int positions = model.architecture().positions();
      assertEquals(positions, settings().path("model_max_length").asInt());
      assertEquals("replace", settings().path("errors").asString());
      assertFalse(settings().has("pad_token"));
      ModelWriter.write(directory, model, source.config(), files.ofTokenizer());
      assertTrue(
          Files.readString(directory.resolve("generation_config.json"))
              .contains("_from_model_config"));
    }
    Files.delete(directory.resolve("generation_config.json"));
    LabelSet labels = LabelSet.of(List.of("a", "b"));
    try (ModelFiles source = tiny.files()) {
      StartingPoint start = StartingPoint.ofLabels(source, LabelledTask.CLASSES, labels, 1);
      try (Model model = start.load(kernels, notes::add)) {
        ObjectNode config = (ObjectNode) start.files().config().deepCopy();
        config.put("eos_token_id", 10).put("pad_token_id", 10);
        ModelWriter.write(directory, model, config, files);
        assertEquals("<end>", settings().path("pad_token").asString());
        assertFalse(Files.exists(directory.resolve("generation_config.json")));
        ModelWriter.write(
            directory, model, config, new SideFiles(Map.of("vocab.json", bytes("{}"))));
        assertEquals("<|endoftext|>", settings().path("pad_token").asString());
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** transformers gives every config names for two classes, whatever its head. */
  @Test
  void should_keep_a_trained_qa_head_when_the_config_has_names_of_classes() throws IOException {
    StartingPoint fresh = StartingPoint.newBert(SMALL, TestTokenizers.bert(), 3);
    try (Model model = fresh.load(kernels, notes::add)) {
      ModelWriter.write(directory, model, fresh.files().config(), SideFiles.NONE);
    }
    try (ModelFiles files = ModelFiles.open(directory)) {
      StartingPoint first = StartingPoint.ofLabels(files, LabelledTask.ANSWERS, LabelSet.NONE, 1);
      try (Model model = first.load(kernels, notes::add)) {
        ObjectNode config = (ObjectNode) first.files().config().deepCopy();
        config.putObject("id2label").put("0", "LABEL_0").put("1", "LABEL_1");
        config.put("problem_type", "regression");
        ModelWriter.write(directory, model, config, SideFiles.NONE);
      }
    }
    notes.clear();
    try (ModelFiles files = ModelFiles.open(directory)) {
      StartingPoint again = StartingPoint.ofLabels(files, LabelledTask.ANSWERS, LabelSet.NONE, 2);
      try (Model model = again.load(kernels, notes::add)) {
        assertEquals(List.of(), notes, "nothing is drawn");
        assertArrayEquals(
            files.checkpoint().floats("qa_outputs.weight"),
            Toy.weights(model).get("qa_outputs.weight"));
      }
      JsonNode config = again.files().config();
      assertFalse(config.has("id2label") || config.has("problem_type"), config.toString());
      JsonNode text = StartingPoint.ofText(files, Objective.MASKED, 1).files().config();
      assertFalse(text.has("id2label") || text.has("label2id"), text.toString());
    }
  }

  /** Of BERT, whose look-ups of padding are nothing; GPT-2 has no such row. */
  @Test
  void should_leave_the_row_of_padding_empty_when_a_bert_is_drawn() {
    Tokenizer tokenizer = TestTokenizers.bert();
    int pad = tokenizer.pad().orElseThrow();
    try (Model model = StartingPoint.newBert(SMALL, tokenizer, 3).load(kernels, notes::add)) {
      float[] table =
          Toy.weights(model).getOrDefault("bert.embeddings.word_embeddings.weight", new float[0]);
      assertEquals(tokenizer.size() * 8, table.length);
      for (int row = 0; row < tokenizer.size(); row++) {
        boolean empty = true;
        for (int i = 0; i < 8; i++) {
          empty &= table[row * 8 + i] == 0;
        }
        assertEquals(row == pad, empty, "row " + row);
      }
    }
  }

  /** GPT-2's depth may be called by either name. */
  @Test
  void should_shrink_by_the_depth_that_is_built_when_the_config_has_the_other_name() {
    StartingPoint start =
        StartingPoint.newModel(
            """
            {"model_type":"gpt2","n_embd":64,"n_head":2,"num_hidden_layers":2,"n_positions":8,
             "vocab_size":9}\
            """,
            Head.LANGUAGE,
            Optional.empty(),
            1);
    try (Model model = start.load(kernels, notes::add)) {
      float[] values =
          Toy.weights(model).getOrDefault("transformer.h.0.mlp.c_proj.weight", new float[0]);
      double squares = 0;
      for (float value : values) {
        squares += value * value / (double) values.length;
      }
      assertEquals(64 * 256, values.length);
      assertEquals(0.01, Math.sqrt(squares), 0.0005);
    }
  }

  /** A bare model's file has no prefix, which a classifier's has. */
  @Test
  void should_have_labels_and_prefix_when_a_bare_model_gets_a_head() throws IOException {
    Path base = Files.createDirectory(directory.resolve("base"));
    TinyGpt2 tiny = new TinyGpt2();
    Map<String, vitrine.weights.FloatTensor> bare = new java.util.LinkedHashMap<>();
    try (ModelFiles whole = tiny.files()) {
      for (String name : whole.checkpoint().names()) {
        long[] shape =
            whole.checkpoint().info(name).shape().stream().mapToLong(Long::longValue).toArray();
        bare.put(
            name.replace("transformer.", ""),
            vitrine.weights.FloatTensor.of(whole.checkpoint().floats(name), shape));
      }
    }
    LabelSet labels = LabelSet.of(List.of("good", "bad", "so so"));
    ModelFiles source =
        ModelFiles.of(
            base.toString(),
            """
            {"model_type":"gpt2","architectures":["GPT2Model"],"n_embd":8,"n_head":2,"n_layer":2,
             "n_positions":16,"vocab_size":11,"eos_token_id":10,"torch_dtype":"float16"}\
            """,
            Checkpoints.inMemory(bare),
            Optional.empty());
    StartingPoint start = StartingPoint.ofLabels(source, LabelledTask.CLASSES, labels, 7);
    try (ModelFiles read =
        saved(
            start,
            Toy.recipe(Objective.LABELS, 3, 4),
            new Toy.Classed(20, 5, 11, 1),
            SideFiles.NONE)) {
      assertEquals(Map.of(0, "bad", 1, "good", 2, "so so"), read.labels());
      assertEquals(1, read.config().path("label2id").path("good").asInt());
      assertEquals(
          "GPT2ForSequenceClassification", read.config().path("architectures").path(0).asString());
      assertEquals(10, read.config().path("pad_token_id").asInt());
      assertEquals("float32", read.config().path("dtype").asString());
      assertTrue(read.config().path("torch_dtype").isMissingNode());
      assertTrue(
          read.checkpoint().names().stream()
              .allMatch(name -> name.startsWith("transformer.") || name.equals("score.weight")),
          read.checkpoint().names().toString());
      assertEquals(List.of(3L, 8L), read.checkpoint().info("score.weight").shape());
    }
    assertEquals(List.of(base + ": new, drawn with seed 7: score.weight"), notes);
  }

  @Test
  void should_keep_the_head_when_it_is_for_the_same_classes() {
    Tokenizer tokenizer = TestTokenizers.bert();
    StartingPoint fresh = StartingPoint.newBert(SMALL, tokenizer, 3);
    LabelSet labels = LabelSet.of(List.of("a", "b"));
    try (Model model = fresh.load(kernels, notes::add)) {
      ModelWriter.write(directory, model, fresh.files().config(), SideFiles.NONE);
    }
    try (ModelFiles files = ModelFiles.open(directory)) {
      StartingPoint first = StartingPoint.ofLabels(files, LabelledTask.CLASSES, labels, 1);
      try (Model model = first.load(kernels, notes::add)) {
        assertTrue(notes.getLast().contains("bert.pooler.dense.weight"), notes.toString());
        assertTrue(notes.getLast().contains("classifier.weight, classifier.bias"));
        ModelWriter.write(directory, model, first.files().config(), SideFiles.NONE);
      }
    }
    notes.clear();
    try (ModelFiles files = ModelFiles.open(directory)) {
      float[] head = files.checkpoint().floats("classifier.weight");
      assertArrayEquals(head, head(files, labels));
      assertEquals(List.of(), notes);
      assertFalse(java.util.Arrays.equals(head, head(files, LabelSet.of(List.of("a", "c")))));
      assertEquals(3 * 8, head(files, LabelSet.of(List.of("a", "b", "c"))).length);
      try (Model value =
          StartingPoint.ofLabels(files, LabelledTask.VALUE, LabelSet.NONE, 1)
              .load(kernels, notes::add)) {
        assertEquals(1, value.architecture().outputs().getFirst().classes());
      }
      try (Model words =
          StartingPoint.ofLabels(files, LabelledTask.WORDS, labels, 1).load(kernels, notes::add)) {
        assertEquals(Head.TOKENS, words.architecture().head());
      }
      try (Model answers =
          StartingPoint.ofLabels(files, LabelledTask.ANSWERS, LabelSet.NONE, 1)
              .load(kernels, notes::add)) {
        assertEquals(Head.QUESTION, answers.architecture().head());
      }
      try (Model text =
          StartingPoint.ofText(files, Objective.MASKED, 1).load(kernels, notes::add)) {
        assertEquals(Head.MASKED, text.architecture().head());
      }
      String message =
          String.valueOf(
              assertThrows(
                      InputException.class, () -> StartingPoint.ofText(files, Objective.NEXT, 1))
                  .getMessage());
      assertTrue(message.contains("a bert for task lm"), message);
    }
  }

  private float[] head(ModelFiles files, LabelSet labels) {
    try (Model model =
        StartingPoint.ofLabels(files, LabelledTask.CLASSES, labels, 2).load(kernels, notes::add)) {
      return model.parameters().stream()
          .filter(parameter -> parameter.name().equals("classifier.weight"))
          .findFirst()
          .orElseThrow()
          .values(kernels);
    }
  }

  @Test
  void should_train_one_table_when_its_copy_is_stored_too() {
    TinyGpt2 tiny = new TinyGpt2();
    try (ModelFiles files = tiny.files()) {
      Checkpoint whole = files.checkpoint();
      float[] table = whole.floats("transformer.wte.weight");
      tiny.add("lm_head.weight", 11, 8);
      for (int i = 0; i < table.length; i++) {
        tiny.spoil("lm_head.weight", i, table[i]);
      }
    }
    try (ModelFiles files = tiny.files();
        Model model = StartingPoint.ofText(files, Objective.NEXT, 1).load(kernels, notes::add)) {
      assertTrue(
          model.parameters().stream().noneMatch(each -> each.name().equals("lm_head.weight")));
    }
    tiny.spoil("lm_head.weight", 0, 9);
    try (ModelFiles files = tiny.files();
        Model model = StartingPoint.ofText(files, Objective.NEXT, 1).load(kernels, notes::add)) {
      ModelWriter.write(directory, model, files.config(), SideFiles.NONE);
      try (ModelFiles read = ModelFiles.open(directory)) {
        assertFalse(read.config().path("tie_word_embeddings").asBoolean(true));
        assertTrue(read.checkpoint().has("lm_head.weight"));
      }
    }
  }

  /** Normal with deviation 0.02, the residual projections smaller by the root of 2 L. */
  @Test
  void should_have_the_usual_spread_when_weights_are_drawn() {
    Tokenizer tokenizer = TestTokenizers.gpt2();
    int drawn = 0;
    try (Model model =
        StartingPoint.newGpt2(Sizes.of(2, 4, 64, 32), tokenizer, 5).load(kernels, notes::add)) {
      for (Parameter parameter : model.parameters()) {
        float[] values = parameter.values(kernels);
        double mean = 0;
        for (float value : values) {
          mean += value / values.length;
        }
        double variance = 0;
        for (float value : values) {
          variance += (value - mean) * (value - mean) / values.length;
        }
        double deviation =
            switch (parameter.kind()) {
              case BIAS, NORM -> 0;
              case MATRIX, EMBEDDING -> parameter.name().contains("c_proj") ? 0.01 : 0.02;
            };
        boolean one = parameter.name().matches(".*ln_.\\.weight");
        drawn += deviation > 0 ? 1 : 0;
        // Five standard errors of the smallest matrix.
        assertEquals(one ? 1 : 0, mean, 5 * deviation / Math.sqrt(values.length), parameter.name());
        assertEquals(deviation, Math.sqrt(variance), 0.1 * deviation, parameter.name());
      }
    }
    assertEquals(2 + 2 * 4, drawn);
    assertEquals(List.of(), notes);
  }

  @Test
  void should_refuse_when_sizes_make_no_model() {
    assertThrows(InputException.class, () -> Sizes.of(2, 3, 8, 16));
    assertThrows(InputException.class, () -> Sizes.of(0, 2, 8, 16));
  }
}
