package vitrine.app.results;

import java.nio.file.Path;
import java.util.Arrays;
import vitrine.engine.hooks.Trace;
import vitrine.engine.io.Npy;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Shape;

/** One array of a run, and the file it becomes. */
public sealed interface RunFile {
  /** Where gradients of parameters lie. */
  String PARAMETERS = "grad.params/";

  /** Relative to the run's directory. */
  String name();

  Shape shape();

  void write(Path file);

  /** Bytes of its numbers. */
  default long bytes() {
    return shape().size() * Float.BYTES;
  }

  /** A value that was read: {@code blocks.0.attn.z.npy}. */
  record Value(Trace.Read read) implements RunFile {
    @Override
    public String name() {
      return read.site().name() + ".npy";
    }

    @Override
    public Shape shape() {
      return read.value().shape();
    }

    @Override
    public void write(Path file) {
      Npy.write(file, read.value());
    }
  }

  /** The loss's gradient with respect to a site: {@code grad.blocks.0.attn.z.npy}. */
  record Gradient(Trace.Read read) implements RunFile {
    @Override
    public String name() {
      return "grad." + read.site().name() + ".npy";
    }

    @Override
    public Shape shape() {
      return read.value().shape();
    }

    @Override
    public void write(Path file) {
      Npy.write(file, read.value());
    }
  }

  /**
   * The loss's gradient with respect to a parameter, under its name and in the layout of the
   * model's file: {@code grad.params/h.0.attn.c_attn.weight.npy}.
   */
  record ParameterGradient(Parameter parameter, Model model, Trace trace) implements RunFile {
    @Override
    public String name() {
      return PARAMETERS + parameter.name() + ".npy";
    }

    @Override
    public Shape shape() {
      return parameter.shape();
    }

    /** On the heap is this one only, while it is written. */
    @Override
    public void write(Path file) {
      float[] values = parameter.gradient(model.kernels(), trace.parameterGradients());
      long[] shape = Arrays.stream(shape().toArray()).asLongStream().toArray();
      Npy.write(
          file,
          shape,
          (offset, to, at, length) ->
              System.arraycopy(values, Math.toIntExact(offset), to, at, length));
    }
  }
}
