package vitrine.bench.workers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import vitrine.bench.onnx.OnnxFiles;

/** ONNX Runtime by its Java binding, with every optimization that it has. */
final class OnnxEngine implements Engine {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Path model;
  private final JsonNode config;
  private final int threads;
  private @Nullable OrtSession session;

  private OnnxEngine(Path model, int threads) {
    this.model = model;
    this.config = OnnxFiles.config(model);
    this.threads = threads;
  }

  static OnnxEngine open(Path model, Task task, int threads) {
    if (task != Task.FORWARD) {
      throw new UnsupportedOperationException("onnxruntime: " + task + ": it infers only");
    }
    return new OnnxEngine(model, threads);
  }

  @Override
  public String version() {
    return "ONNX Runtime " + environment.getVersion() + ", " + threads + " threads";
  }

  @Override
  public Job prepare(Work work) {
    return switch (work) {
      case Work.Forward forward -> new Forwarding(session(OnnxFiles.forward(model)), forward);
      case Work.Decode decode -> new Decoding(session(OnnxFiles.decode(model)), decode);
      case Work.Reading reading -> throw new UnsupportedOperationException("onnxruntime: reading");
      case Work.Gradient gradient ->
          throw new UnsupportedOperationException("onnxruntime: gradients");
      case Work.Training training ->
          throw new UnsupportedOperationException("onnxruntime: training");
    };
  }

  /** One graph a process, so that its memory is that graph's. */
  private OrtSession session(Path graph) {
    OrtSession open = session;
    if (open == null) {
      open = open(environment, graph, threads);
      session = open;
    }
    return open;
  }

  static OrtSession open(OrtEnvironment environment, Path graph, int threads) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      return environment.createSession(graph.toString(), options);
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  static IllegalStateException failed(OrtException e) {
    return new IllegalStateException("onnxruntime: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /** Rows of equal length. */
  private OnnxTensor tensor(int[][] ids) throws OrtException {
    LongBuffer values = LongBuffer.allocate(ids.length * ids[0].length);
    for (int[] row : ids) {
      IntStream.of(row).forEach(values::put);
    }
    return OnnxTensor.createTensor(
        environment, values.flip(), new long[] {ids.length, ids[0].length});
  }

  /** from, from + 1, … below to. */
  static OnnxTensor range(OrtEnvironment environment, int from, int to) throws OrtException {
    return OnnxTensor.createTensor(
        environment, LongBuffer.wrap(LongStream.range(from, to).toArray()), new long[] {to - from});
  }

  /** Runs of the graph without a cache. */
  private final class Forwarding implements Job {
    private final OrtSession session;
    private final Work.Forward work;

    Forwarding(OrtSession session, Work.Forward work) {
      this.session = session;
      this.work = work;
    }

    private Map<String, OnnxTensor> inputs() throws OrtException {
      int length = work.ids()[0].length;
      Map<String, OnnxTensor> inputs = new HashMap<>();
      inputs.put("ids", tensor(work.ids()));
      inputs.put("positions", range(environment, 0, length));
      if (OnnxFiles.isGpt2(config)) {
        int first = work.rows() == Work.Rows.LAST ? length - 1 : 0;
        inputs.put("rows", range(environment, first, length));
      } else {
        inputs.put("types", tensor(new int[work.ids().length][length]));
      }
      return inputs;
    }

    /** Runs once, then uses the result. */
    private void run(Use use) {
      try {
        Map<String, OnnxTensor> inputs = inputs();
        try (OrtSession.Result result = session.run(inputs)) {
          use.accept((OnnxTensor) result.get(0));
        }
        inputs.values().forEach(OnnxTensor::close);
      } catch (OrtException e) {
        throw failed(e);
      }
    }

    @Override
    public void writeTo(Output out) {
      run(tensor -> out.add(tensor.getFloatBuffer()));
    }

    @Override
    public double[] time(int repeat) {
      return Job.times(repeat, () -> run(tensor -> {}));
    }
  }

  /** What is done with the first output. */
  private interface Use {
    void accept(OnnxTensor tensor) throws OrtException;
  }

  /** Runs of the graph with a cache: what came out goes in again. */
  private final class Decoding implements Job {
    private final OrtSession session;
    private final Work.Decode work;
    private final int layers;

    Decoding(OrtSession session, Work.Decode work) {
      this.session = session;
      this.work = work;
      this.layers = config.path("n_layer").asInt();
    }

    /** The cache so far. */
    private OrtSession.@Nullable Result past;

    private int length;

    private OnnxTensor feed(int... ids) throws OrtException {
      OrtSession.Result before = past;
      Map<String, OnnxTensor> inputs = new HashMap<>();
      inputs.put("ids", tensor(new int[][] {ids}));
      inputs.put("positions", range(environment, length, length + ids.length));
      inputs.put("rows", range(environment, ids.length - 1, ids.length));
      for (int layer = 0; layer < layers; layer++) {
        inputs.put("past_" + layer, before == null ? empty() : (OnnxTensor) before.get(1 + layer));
      }
      OrtSession.Result result = session.run(inputs);
      length += ids.length;
      if (before != null) {
        before.close();
      }
      past = result;
      return (OnnxTensor) result.get(0);
    }

    private OnnxTensor empty() throws OrtException {
      long heads = config.path("n_head").asLong();
      long k = config.path("n_embd").asLong() / heads;
      return OnnxTensor.createTensor(
          environment, FloatBuffer.allocate(0), new long[] {2, 1, heads, 0, k});
    }

    private void fill() throws OrtException {
      forget();
      feed(work.context());
    }

    private void forget() {
      if (past != null) {
        past.close();
      }
      past = null;
      length = 0;
    }

    @Override
    public void writeTo(Output out) {
      try {
        fill();
        for (int id : work.next()) {
          out.add(feed(id).getFloatBuffer());
        }
      } catch (OrtException e) {
        throw failed(e);
      }
    }

    @Override
    public double[] time(int repeat) {
      double[] times = new double[repeat];
      try {
        for (int i = 0; i < repeat; i++) {
          int step = i % work.next().length;
          if (step == 0) {
            fill();
          }
          long start = System.nanoTime();
          feed(work.next()[step]);
          times[i] = (System.nanoTime() - start) / 1e6;
        }
      } catch (OrtException e) {
        throw failed(e);
      }
      return times;
    }

    @Override
    public void close() {
      forget();
    }
  }
}
