package vitrine.bench.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.bench.ProcFiles;
import vitrine.bench.workers.Task;
import vitrine.bench.workers.Work;

/** A process that holds one engine with one model, and does what it is told. */
final class EngineProcess implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private String version = "";

  /** It could not do it, and said why. */
  static final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EngineException(String message) {
      super(message);
    }
  }

  private EngineProcess(Process process) {
    this.process = process;
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a process and has it load a model.
   *
   * @param log where its standard error goes
   * @throws EngineException when it cannot
   */
  static EngineProcess start(
      List<String> command, Path model, Task task, Case.Entrant entrant, Path log) {
    EngineProcess started;
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
      started = new EngineProcess(builder.start());
    } catch (IOException e) {
      throw new EngineException("start: " + e.getMessage());
    }
    ObjectNode request = JSON.createObjectNode();
    request.put("op", "open").put("model", model.toString()).put("task", task.name());
    request.put("threads", entrant.threads()).put("weights", entrant.weights().name());
    try {
      started.version = started.ask(request).path("version").asString();
      return started;
    } catch (EngineException e) {
      started.close();
      throw e;
    }
  }

  String version() {
    return version;
  }

  /** Makes work ready; its output goes into a file. */
  void prepare(String name, Work work, Path out) {
    ObjectNode request = request("prepare", name);
    request.set("work", JSON.valueToTree(work));
    request.put("out", out.toString());
    ask(request);
  }

  /** Repeats work for some time. Gives the milliseconds that it takes in the end. */
  double warm(String name, double seconds) {
    return ask(request("warm", name).put("seconds", seconds)).path("ms").asDouble();
  }

  /** Milliseconds of each repetition. */
  double[] time(String name, int repeat) {
    JsonNode times = ask(request("time", name).put("repeat", repeat)).path("ms");
    return times.valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }

  /** Processor time used so far, in seconds. */
  double used() {
    return ProcFiles.used(process.pid());
  }

  OptionalLong peakResident() {
    return ProcFiles.peakResident(process.pid());
  }

  private static ObjectNode request(String op, String name) {
    return JSON.createObjectNode().put("op", op).put("name", name);
  }

  private JsonNode ask(ObjectNode request) {
    try {
      requests.write(JSON.writeValueAsString(request));
      requests.newLine();
      requests.flush();
      String line = answers.readLine();
      if (line == null) {
        throw new EngineException("the process ended; its log says why");
      }
      JsonNode answer = JSON.readTree(line);
      if (answer.has("error")) {
        throw new EngineException(answer.path("error").asString());
      }
      return answer;
    } catch (IOException e) {
      throw new EngineException("the process ended: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      requests.close();
    } catch (IOException e) {
      process.destroy(); // It has closed its end already.
    }
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      answers.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
