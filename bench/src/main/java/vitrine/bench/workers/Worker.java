package vitrine.bench.workers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.bench.Stats;
import vitrine.kernels.Precision;

/**
 * One engine in a process: answers requests, one JSON line each.
 *
 * <pre>
 * {"op":"open","model":DIR,"task":"FORWARD","threads":2,"weights":"F32"}   {"version":TEXT}
 * {"op":"prepare","name":N,"work":{...},"out":FILE}        {"count":FLOATS}
 * {"op":"warm","name":N,"seconds":S}                       {"ms":MEDIAN}
 * {"op":"time","name":N,"repeat":R}                        {"ms":[...]}
 * </pre>
 *
 * An error answers {@code {"error":TEXT}}. The end of the input ends the process.
 */
public final class Worker {
  private static final JsonMapper JSON = new JsonMapper();

  /** At least so many runs before anything is measured. */
  private static final int WARM_RUNS = 3;

  private final String kind;
  private final Map<String, Job> jobs = new HashMap<>();
  private Engine engine = new NoEngine();

  private Worker(String kind) {
    this.kind = kind;
  }

  /**
   * Serves the engine named by the argument: {@code vitrine}, {@code onnxruntime} or {@code djl}.
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    // Libraries that greet do so elsewhere.
    System.setOut(System.err);
    Worker worker = new Worker(arguments[0]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(worker.answer(JSON.readTree(line)));
      out.flush();
    }
    worker.jobs.values().forEach(Job::close);
    worker.engine.close();
  }

  private String answer(JsonNode request) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      switch (request.path("op").asString()) {
        case "open" -> open(request, answer);
        case "prepare" -> prepare(request, answer);
        case "warm" -> warm(request, answer);
        case "time" -> {
          double[] times = job(request).time(request.path("repeat").asInt());
          Arrays.stream(times).forEach(answer.putArray("ms")::add);
        }
        default -> throw new IllegalArgumentException("worker: unknown request " + request);
      }
    } catch (RuntimeException e) {
      e.printStackTrace(System.err);
      answer.put("error", String.valueOf(e.getMessage()));
    }
    return JSON.writeValueAsString(answer);
  }

  private void open(JsonNode request, ObjectNode answer) {
    Path model = Path.of(request.path("model").asString());
    Task task = Task.valueOf(request.path("task").asString().toUpperCase(Locale.ROOT));
    int threads = request.path("threads").asInt();
    engine =
        switch (kind) {
          case "vitrine" -> VitrineEngine.open(model, task, threads, weights(request));
          case "onnxruntime" -> OnnxEngine.open(model, task, threads);
          case "djl" -> DjlEngine.open(model, task, threads);
          default -> throw new IllegalArgumentException("worker: unknown engine " + kind);
        };
    answer.put("version", engine.version());
  }

  private static Precision weights(JsonNode request) {
    return Precision.valueOf(request.path("weights").asString());
  }

  private void prepare(JsonNode request, ObjectNode answer) {
    Job job = engine.prepare(JSON.treeToValue(request.path("work"), Work.class));
    jobs.put(request.path("name").asString(), job);
    try (Output out = new Output(Path.of(request.path("out").asString()))) {
      job.writeTo(out);
      answer.put("count", out.count());
    }
  }

  private void warm(JsonNode request, ObjectNode answer) {
    Job job = job(request);
    long end = System.nanoTime() + (long) (request.path("seconds").asDouble() * 1e9);
    double[] last = job.time(WARM_RUNS);
    while (System.nanoTime() < end) {
      last = job.time(WARM_RUNS);
    }
    answer.put("ms", Stats.median(last));
  }

  private Job job(JsonNode request) {
    String name = request.path("name").asString();
    Job job = jobs.get(name);
    if (job == null) {
      throw new IllegalArgumentException("worker: " + name + ": not prepared");
    }
    return job;
  }

  /** Before the first request. */
  private static final class NoEngine implements Engine {
    @Override
    public String version() {
      return "none";
    }

    @Override
    public Job prepare(Work work) {
      throw new IllegalStateException("worker: prepare: no model is open; expected open first");
    }

    @Override
    public void close() {}
  }
}
