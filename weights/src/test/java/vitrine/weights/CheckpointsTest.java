package vitrine.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vitrine.weights.WeightsException.Kind;

final class CheckpointsTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir private Path directory;

  private Path write(String name, byte[] content) {
    return Bytes.write(directory.resolve(name), content);
  }

  private Path text(String name, String content) {
    return write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** A shard whose tensors have one byte each: its place in the file. */
  private Path shard(String file, String... tensors) {
    StringBuilder header = new StringBuilder("{");
    for (int at = 0; at < tensors.length; at++) {
      header.append(at == 0 ? "" : ",").append(Bytes.entry(tensors[at], "U8", "[1]", at, at + 1));
    }
    return write(file, Bytes.file(header.append('}').toString(), tensors.length));
  }

  /** An index of tensor, shard, tensor, shard ... */
  private Path index(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int at = 0; at < pairs.length; at += 2) {
      map.put('"' + pairs[at] + '"', '"' + pairs[at + 1] + '"');
    }
    String entries = map.toString().replace("\"=\"", "\":\"");
    return text(INDEX, "{\"metadata\":{\"total_size\":3},\"weight_map\":" + entries + "}");
  }

  private void assertBad(Kind kind, String message) {
    WeightsException error =
        assertThrows(WeightsException.class, () -> Checkpoints.open(directory).close());
    assertEquals(kind, error.kind(), error.getMessage());
    assertTrue(error.getMessage().contains(message), error.getMessage());
    assertTrue(error.getMessage().contains("; expected "), error.getMessage());
    assertEquals(1, error.getMessage().lines().count());
    CheckpointReport report = CheckpointReport.inspect(directory);
    assertTrue(report.malformed());
    assertEquals(
        new CheckpointReport.Problem(kind, error.getMessage()), report.problems().getFirst());
  }

  @Test
  void should_read_shards_as_one_when_a_directory_has_an_index() {
    shard("two.safetensors", "c", "a");
    shard("one.safetensors", "b");
    Path index = index("a", "two.safetensors", "b", "one.safetensors", "c", "two.safetensors");
    for (Path path : List.of(directory, index)) {
      try (Checkpoint checkpoint = Checkpoints.open(path)) {
        assertEquals(List.of("b", "c", "a"), List.copyOf(checkpoint.names()));
        assertArrayEquals(new long[] {1}, checkpoint.longs("a"));
        assertArrayEquals(new float[] {0}, checkpoint.floats("c"));
        assertEquals(3, checkpoint.bytes());
        assertTrue(checkpoint.has("a"));
        assertFalse(checkpoint.has("d"));
        assertEquals(
            Kind.NO_SUCH_TENSOR,
            assertThrows(WeightsException.class, () -> checkpoint.info("d")).kind());
      }
    }
  }

  @Test
  void should_have_one_hash_when_the_same_tensors_are_sharded_or_not() {
    shard("one.safetensors", "a");
    shard("two.safetensors", "b");
    index("a", "one.safetensors", "b", "two.safetensors");
    String sharded;
    try (Checkpoint checkpoint = Checkpoints.open(directory)) {
      sharded = checkpoint.hash();
      new SafetensorsWriter().addAll(checkpoint).write(directory.resolve("all.safetensors"));
    }
    try (Checkpoint single = Checkpoints.open(directory.resolve("all.safetensors"))) {
      assertEquals(sharded, single.hash());
      assertEquals(64, sharded.length());
    }
    try (Checkpoint other = Checkpoints.open(directory.resolve("one.safetensors"))) {
      assertFalse(sharded.equals(other.hash()));
    }
  }

  @Test
  void should_prefer_the_single_file_when_there_is_an_index_too() {
    shard("model.safetensors", "single");
    index("a", "gone.safetensors");
    try (Checkpoint checkpoint = Checkpoints.open(directory)) {
      assertEquals(List.of("single"), List.copyOf(checkpoint.names()));
    }
    CheckpointReport report = CheckpointReport.inspect(directory);
    assertFalse(report.malformed());
    assertTrue(report.notes().getFirst().contains("index.json is not used"), report::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/x.safetensors",
        "sub/x.safetensors",
        "..",
        ".",
        "",
        "a\\\\b",
        "C:\\\\x"
      })
  void should_refuse_when_a_shard_s_name_leaves_the_directory(String name) throws IOException {
    Files.createDirectory(directory.resolve("sub"));
    shard("sub/x.safetensors", "a");
    index("a", name);
    assertBad(Kind.SHARD_OUTSIDE, "weight_map names the shard");
  }

  @Test
  void should_refuse_when_a_shard_s_name_has_a_nul() {
    index("a", "x\\u0000.safetensors");
    assertBad(Kind.BAD_INDEX, "a shard's name is no file name: \"x\\u0000");
  }

  @Test
  void should_follow_when_a_shard_is_a_link() throws IOException {
    Path outside = Files.createDirectory(directory.resolve("blobs"));
    shard("blobs/0123", "a");
    Files.createSymbolicLink(directory.resolve("one.safetensors"), outside.resolve("0123"));
    index("a", "one.safetensors");
    try (Checkpoint checkpoint = Checkpoints.open(directory)) {
      assertArrayEquals(new float[] {0}, checkpoint.floats("a"));
    }
  }

  @Test
  void should_refuse_when_a_shard_is_missing() {
    shard("one.safetensors", "a");
    index("a", "one.safetensors", "b", "two.safetensors");
    assertBad(Kind.SHARD_MISSING, "the shard \"two.safetensors\" is not there");
    assertEquals(1, CheckpointReport.inspect(directory).tensors().size());
  }

  @Test
  void should_refuse_when_a_shard_lacks_a_tensor() {
    shard("one.safetensors", "a");
    index("a", "one.safetensors", "b", "one.safetensors");
    assertBad(Kind.SHARD_LACKS_TENSOR, "tensor \"b\" is not in its shard \"one.safetensors\"");
  }

  @Test
  void should_refuse_when_two_shards_hold_a_tensor() {
    shard("one.safetensors", "a");
    shard("two.safetensors", "a", "b");
    index("a", "one.safetensors", "b", "two.safetensors");
    assertBad(Kind.DUPLICATE_TENSOR, "in the shards \"one.safetensors\" and \"two.safetensors\"");
  }

  @Test
  void should_refuse_when_a_shard_is_malformed() {
    shard("one.safetensors", "a");
    text("two.safetensors", "version https://git-lfs.github.com/spec/v1\n");
    index("a", "one.safetensors", "b", "two.safetensors");
    assertBad(Kind.LFS_POINTER, "two.safetensors: this is a Git LFS pointer");
  }

  @Test
  void should_leave_out_and_note_when_a_shard_has_more_than_the_index() {
    shard("one.safetensors", "a", "extra");
    index("a", "one.safetensors");
    try (Checkpoint checkpoint = Checkpoints.open(directory)) {
      assertEquals(List.of("a"), List.copyOf(checkpoint.names()));
    }
    CheckpointReport report = CheckpointReport.inspect(directory);
    assertFalse(report.malformed());
    assertTrue(report.notes().getFirst().contains("the first is \"extra\""), report::toString);
  }

  @Test
  void should_tell_every_problem_when_inspecting() {
    shard("one.safetensors", "a");
    text("two.safetensors", "");
    index("a", "one.safetensors", "b", "two.safetensors", "c", "three.safetensors", "d", "../x");
    List<Kind> kinds =
        CheckpointReport.inspect(directory).problems().stream()
            .map(CheckpointReport.Problem::kind)
            .toList();
    assertEquals(List.of(Kind.SHARD_OUTSIDE, Kind.SHARD_MISSING, Kind.EMPTY_FILE), kinds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                    | it is no JSON object",
        "{}                                    | it has no object weight_map",
        "{\"weight_map\":[]}                   | it has no object weight_map",
        "{\"weight_map\":{\"a\":1}}            | no string under \"a\"",
        "{\"weight_map\":{},\"weight_map\":{}} | weight_map",
        "{\"weight_map\":{}}{}                 | expected {\"weight_map\"",
        "{\"weight_map\":                      | end-of-input",
        "<html>                                | this is a web page",
        "``                                    | it is no JSON object",
      })
  void should_refuse_when_the_index_is_malformed(String index, String message) {
    text(INDEX, index);
    assertBad(Kind.BAD_INDEX, message);
  }

  @Test
  void should_refuse_when_the_index_nests_without_end_or_is_not_utf8() {
    text(INDEX, "{\"weight_map\":" + "[".repeat(1_000_000));
    assertBad(Kind.BAD_INDEX, "nesting depth");
    write(INDEX, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    assertBad(Kind.BAD_INDEX, "it is not UTF-8");
  }

  @ParameterizedTest
  @CsvSource({
    "pytorch_model.bin, 'only pytorch_model.bin, which are not read here'",
    "tf_model.h5, save_pretrained(NEW safe_serialization=True)",
    "model.gguf, only model.gguf for llama.cpp",
    "other.safetensors, but other.safetensors",
    "config.json, holds no weights",
  })
  void should_say_what_is_there_when_a_directory_has_no_checkpoint(String name, String message) {
    text(name, "x");
    assertBad(Kind.NO_CHECKPOINT, message.replace("NEW safe", "NEW, safe"));
  }

  @Test
  void should_say_so_when_a_directory_is_empty_or_missing() {
    assertBad(Kind.NO_CHECKPOINT, "the directory is empty");
    CheckpointReport report = CheckpointReport.inspect(directory.resolve("none"));
    assertEquals(Kind.NOT_FOUND, report.problems().getFirst().kind());
  }

  @Test
  void should_report_what_a_file_holds() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + Bytes.entry("a", "F32", "[2,3]", 0, 24)
            + ","
            + Bytes.entry("b", "I8", "[5]", 24, 29)
            + "}";
    Path path = write("model.safetensors", Bytes.file(header, 29));
    CheckpointReport report = CheckpointReport.inspect(directory);
    assertEquals(List.of(), report.problems());
    assertEquals(11, report.parameters());
    assertEquals(29, report.bytes());
    assertEquals(Map.of(DType.F32, 6L, DType.I8, 5L), report.parametersByDType());
    assertEquals(Map.of("format", "pt"), report.metadata());
    assertEquals(List.of("a", "b"), report.tensors().stream().map(TensorInfo::name).toList());
    assertEquals(path, report.files().getFirst().path());
    assertEquals(8 + header.length() + 29, report.files().getFirst().bytes());
  }

  @Test
  void should_serve_arrays_when_the_checkpoint_is_in_memory() {
    float[] values = {1, Float.NaN, 3, 4, 5, 6};
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    tensors.put("w", FloatTensor.of(values, 2, 3));
    tensors.put("s", FloatTensor.of(new float[] {7}));
    try (Checkpoint checkpoint = Checkpoints.inMemory(tensors)) {
      assertEquals(List.of("w", "s"), List.copyOf(checkpoint.names()));
      assertEquals(List.of(2L, 3L), checkpoint.info("w").shape());
      assertArrayEquals(values, checkpoint.floats("w"));
      assertArrayEquals(new double[] {7}, checkpoint.doubles("s"));
      assertEquals(28, checkpoint.bytes());
      Path file = directory.resolve("memory.safetensors");
      new SafetensorsWriter().addAll(checkpoint).write(file);
      try (Checkpoint written = Checkpoints.open(file)) {
        assertEquals(checkpoint.hash(), written.hash());
      }
      assertEquals(
          Kind.NO_SUCH_TENSOR,
          assertThrows(WeightsException.class, () -> checkpoint.floats("v")).kind());
    }
    assertThrows(IllegalArgumentException.class, () -> FloatTensor.of(values, 7));
  }
}
