package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;
import vitrine.weights.SafetensorsWriter;

final class ConvertCommandTest {
  private static final String TEXT = "the red cat saw a bird . the red cat";

  @TempDir Path dir;

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  @Test
  void should_be_a_model_of_half_the_size_when_f16() {
    JsonNode half = Cli.run("convert", "--dtype", "f16", "--out", path("half"), "--json").json();
    JsonNode full = Cli.run("convert", "--dtype", "f32", "--out", path("full"), "--json").json();
    assertEquals("F16", half.get("dtype").stringValue());
    assertEquals(0.5, half.get("bytes").doubleValue() / full.get("bytes").doubleValue(), 0.02);
    JsonNode inspected = Cli.run("inspect", path("half"), "--json").json().get("files").get(0);
    assertEquals(0, inspected.get("problems").size());
    assertEquals(List.of("F16"), List.copyOf(inspected.get("dtypes").propertyNames()));
    String said = Cli.run("generate", "--text", TEXT, "--max-new", "3").done().out();
    for (String model : List.of("half", "full")) {
      assertEquals(
          said,
          Cli.run("generate", "--model", path(model), "--text", TEXT, "--max-new", "3")
              .done()
              .out());
    }
  }

  @Test
  void should_round_nothing_again_when_converted_back() {
    Cli.run("convert", "--dtype", "bf16", "--out", path("once")).done();
    Cli.run("convert", "--model", path("once"), "--dtype", "f32", "--out", path("wide")).done();
    Cli.run("convert", "--model", path("wide"), "--dtype", "bf16", "--out", path("twice")).done();
    assertEquals(
        Checkpoints.open(dir.resolve("once")).hash(),
        Checkpoints.open(dir.resolve("twice")).hash());
  }

  @Test
  void should_refuse_when_there_is_no_room_or_no_such_type() throws IOException {
    Files.writeString(dir.resolve("mine"), "");
    Cli.run("convert", "--dtype", "f16", "--out", path("")).failed(3, "not empty");
    Cli.run("convert", "--dtype", "int8", "--out", path("x"))
        .failed(2, "expected f16, bf16 or f32");
    Cli.run("convert", "--dtype", "f16").failed(2, "--out");
  }

  @Test
  void should_leave_nothing_when_a_number_is_too_large() throws IOException {
    Cli.run("convert", "--dtype", "f32", "--out", path("model")).done();
    Path weights = dir.resolve("model").resolve("model.safetensors");
    new SafetensorsWriter()
        .addAll(Checkpoints.inMemory(Map.of("wte.weight", FloatTensor.of(new float[] {7e4f}, 1))))
        .write(weights);
    Cli.run("convert", "--model", path("model"), "--dtype", "f16", "--out", path("half"))
        .failed(3, "wte.weight", "element 0 is 70000.0", "Choose BF16");
    assertFalse(Files.exists(dir.resolve("half")));
    try (Stream<Path> left = Files.list(dir)) {
      assertTrue(left.allMatch(each -> each.endsWith("model")), "nothing but the source");
    }
  }
}
