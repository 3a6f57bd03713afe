package vitrine.bench.workers;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import vitrine.bench.onnx.OnnxFiles;

/**
 * PyTorch's operators by DJL: a graph written out by hand, since transformers' models are Python.
 * DJL does not hand through fused attention; scores are stored, as PyTorch did before it had that.
 */
final class DjlEngine implements vitrine.bench.workers.Engine {
  private static final String NAME = "PyTorch";

  private final NDManager manager;
  private final DjlModel model;
  private final int threads;

  private DjlEngine(NDManager manager, DjlModel model, int threads) {
    this.manager = manager;
    this.model = model;
    this.threads = threads;
  }

  static DjlEngine open(Path directory, Task task, int threads) {
    if (task != Task.FORWARD) {
      throw new UnsupportedOperationException("djl: " + task + ": written for inference only");
    }
    // The library comes along; nothing is to be looked for elsewhere.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("PYTORCH_VERSION", "2.7.1");
    NDManager manager = NDManager.newBaseManager(Device.cpu(), NAME);
    JniUtils.setNumThreads(threads);
    JniUtils.setGradMode(false);
    boolean gpt2 = OnnxFiles.isGpt2(OnnxFiles.config(directory));
    DjlModel model = gpt2 ? new DjlGpt2(directory, manager) : new DjlBert(directory, manager);
    return new DjlEngine(manager, model, threads);
  }

  @Override
  public String version() {
    String version = Engine.getEngine(NAME).getVersion();
    return "DJL " + Engine.getDjlVersion() + ", PyTorch " + version + ", " + threads + " threads";
  }

  /** The logits after a prompt, for a start. */
  float[] last(int... ids) {
    try (NDManager run = manager.newSubManager()) {
      return model.run(run, new int[][] {ids}, Work.Rows.LAST, null).toFloatArray();
    }
  }

  @Override
  public Job prepare(Work work) {
    return switch (work) {
      case Work.Forward forward -> new Forwarding(forward);
      case Work.Decode decode -> new Decoding(decode);
      case Work.Reading reading -> throw new UnsupportedOperationException("djl: reading");
      case Work.Gradient gradient -> throw new UnsupportedOperationException("djl: gradients");
      case Work.Training training -> throw new UnsupportedOperationException("djl: training");
    };
  }

  @Override
  public void close() {
    manager.close();
  }

  static NDArray ids(NDManager on, int[][] ids) {
    NDArray small = on.create(ids);
    return small.toType(DataType.INT64, false);
  }

  /** Runs without a cache. */
  private final class Forwarding implements Job {
    private final Work.Forward work;

    Forwarding(Work.Forward work) {
      this.work = work;
    }

    @Override
    public void writeTo(Output out) {
      try (NDManager run = manager.newSubManager()) {
        NDArray result = model.run(run, work.ids(), work.rows(), null);
        out.add(FloatBuffer.wrap(result.toFloatArray()));
      }
    }

    @Override
    public double[] time(int repeat) {
      return Job.times(
          repeat,
          () -> {
            try (NDManager run = manager.newSubManager()) {
              NDArray _ = model.run(run, work.ids(), work.rows(), null);
            }
          });
    }
  }

  /** Token by token. */
  private final class Decoding implements Job {
    private final Work.Decode work;
    private @Nullable DjlCache cache;

    Decoding(Work.Decode work) {
      this.work = work;
    }

    private DjlCache filled() {
      close();
      DjlCache fresh = new DjlCache(manager.newSubManager());
      cache = fresh;
      float[] _ = feed(fresh, work.context());
      return fresh;
    }

    /** The logits come to Java, as a sampler there would want them. */
    private float[] feed(DjlCache to, int... ids) {
      try (NDManager run = manager.newSubManager()) {
        return model.run(run, new int[][] {ids}, Work.Rows.LAST, to).toFloatArray();
      }
    }

    @Override
    public void writeTo(Output out) {
      DjlCache filled = filled();
      for (int id : work.next()) {
        out.add(feed(filled, id));
      }
    }

    @Override
    public double[] time(int repeat) {
      double[] times = new double[repeat];
      DjlCache filled = filled();
      for (int i = 0; i < repeat; i++) {
        int step = i % work.next().length;
        if (step == 0 && i > 0) {
          filled = filled();
        }
        long start = System.nanoTime();
        float[] _ = feed(filled, work.next()[step]);
        times[i] = (System.nanoTime() - start) / 1e6;
      }
      return times;
    }

    @Override
    public void close() {
      if (cache != null) {
        cache.close();
      }
      cache = null;
    }
  }
}
