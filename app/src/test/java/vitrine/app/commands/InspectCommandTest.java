package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;

final class InspectCommandTest {
  @TempDir Path dir;

  private Path good = Path.of("");
  private Path bad = Path.of("");

  @BeforeEach
  void writeFiles() throws IOException {
    good = dir.resolve("good.safetensors");
    bad = dir.resolve("bad.safetensors");
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b\\u001b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[24,26]}}";
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 26).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Files.write(good, bytes.array());
    Files.write(bad, java.util.Arrays.copyOf(bytes.array(), bytes.capacity() - 1));
  }

  @Test
  void should_list_every_tensor_when_a_file_is_good() {
    String out = Cli.run("inspect", good.toString()).done().out();
    assertTrue(out.contains("parameters  7\n"), out);
    assertTrue(out.contains("[2, 3]"), out);
    assertTrue(out.contains("b\\u001b"), "escaped: " + out);
    assertTrue(out.contains("format = pt"), out);
  }

  @Test
  void should_print_one_document_when_json_is_asked_for() {
    JsonNode file = Cli.run("inspect", "--json", good.toString()).json().get("files").get(0);
    assertEquals(good.toString(), file.get("path").stringValue());
    assertEquals(
        "[{\"name\":\"a\",\"dtype\":\"F32\",\"shape\":[2,3],\"parameters\":6,\"bytes\":24},"
            + "{\"name\":\"b\\u001B\",\"dtype\":\"BF16\",\"shape\":[],\"parameters\":1,\"bytes\":2}]",
        file.get("tensors").toString());
    assertEquals(7, file.get("parameters").intValue());
    assertEquals(26, file.get("bytes").intValue());
    assertEquals("{\"F32\":1,\"BF16\":1}".length(), file.get("dtypes").toString().length());
    assertEquals("{\"format\":\"pt\"}", file.get("metadata").toString());
    assertEquals("[]", file.get("problems").toString());
  }

  @Test
  void should_report_all_and_exit_with_3_when_any_is_malformed() {
    Cli cli = Cli.run("inspect", "--json", good.toString(), bad.toString());
    assertEquals(3, cli.exit());
    JsonNode files = JsonMapper.builder().build().readTree(cli.out()).get("files");
    assertEquals(0, files.get(0).get("problems").size());
    assertEquals(1, files.get(1).get("problems").size());
    assertEquals(1, cli.err().lines().count(), cli.err());
    assertTrue(cli.err().startsWith("vitrine: error: "), cli.err());
    assertTrue(cli.err().contains("bad.safetensors"), cli.err());
  }

  @Test
  void should_exit_with_3_when_there_is_no_such_file() {
    Cli cli = Cli.run("inspect", dir.resolve("none").toString());
    assertEquals(3, cli.exit());
    assertTrue(cli.err().contains("none"), cli.err());
  }

  @Test
  void should_exit_with_2_when_no_path_is_given() {
    Cli.run("inspect").failed(2, "inspect: PATH: missing");
  }

  @Test
  void should_look_at_config_and_tokenizer_when_a_directory_is_given() throws IOException {
    Path model = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    assertTrue(Cli.run("inspect", model.toString()).done().out().contains("model type  bert"));
    Files.delete(model.resolve("vocab.txt"));
    String out = Cli.run("inspect", model.toString()).done().out();
    assertTrue(out.contains("no tokenizer files"), out);
    Files.writeString(model.resolve("config.json"), "{");
    Cli broken = Cli.run("inspect", "--json", model.toString());
    assertEquals(3, broken.exit());
    assertTrue(broken.out().contains("\"kind\":\"CONFIG\""), broken.out());
    Files.delete(model.resolve("config.json"));
    assertTrue(Cli.run("inspect", model.toString()).done().out().contains("no config.json"));
  }
}
