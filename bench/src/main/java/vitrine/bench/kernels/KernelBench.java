package vitrine.bench.kernels;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vitrine.bench.Machine;

/** {@code bench/kernels}: what share of the machine the kernels reach. */
@CommandLine.Command(
    name = "bench/kernels",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the machine's arithmetic and memory, then kernels, and prints a table of their shares.",
      "A product or an attention is held against the peak of multiply-adds, all else against copying."
    })
public final class KernelBench implements Callable<Integer> {
  private static final String PACKAGE = KernelBench.class.getPackageName().replace(".", "\\.");

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Such as Products.forward, RowOps or Attentions.*; all if none.")
  private List<String> patterns = List.of("Products", "RowOps", "Attentions");

  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "SHAPE",
      description = "Only these, such as 128x768x768; all if not given.")
  private List<String> shapes = List.of();

  @Option(names = "--threads", split = ",", description = "1,2 if not given.")
  private List<String> threads = List.of("1", "2");

  @Option(names = "--seconds", description = "An iteration's length; 0.5.")
  private double seconds = 0.5;

  @Option(names = "--iterations", description = "After as many to warm up; 5.")
  private int iterations = 5;

  /** Started by the script {@code bench/kernels}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new KernelBench()).execute(arguments));
  }

  /** The machine's peaks with some number of threads. */
  private record Roof(double gflops, double copy, double triad) {}

  @Override
  public Integer call() throws RunnerException {
    Machine machine = Machine.here();
    Map<String, Roof> roofs = new HashMap<>();
    for (String count : threads) {
      ChainedOptionsBuilder options =
          options().include(PACKAGE + "\\.Roofline").threads(Integer.parseInt(count));
      roofs.put(count, roof(new Runner(options.build()).run(), Integer.parseInt(count)));
    }
    List<RunResult> results = new ArrayList<>();
    for (Class<?> type : List.of(Products.class, RowOps.class, Attentions.class)) {
      List<String> wanted = new ArrayList<>(ownShapes(type));
      if (!shapes.isEmpty()) {
        wanted.retainAll(shapes);
      }
      List<String> mine =
          patterns.stream().filter(pattern -> pattern.startsWith(type.getSimpleName())).toList();
      if (!wanted.isEmpty() && !mine.isEmpty()) {
        ChainedOptionsBuilder options =
            options()
                .param("threads", threads.toArray(String[]::new))
                .param("shape", wanted.toArray(String[]::new));
        mine.forEach(pattern -> options.include(PACKAGE + "\\." + pattern));
        results.addAll(new Runner(options.build()).run());
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%s (%s), %s; load %.2f%n%n",
        machine.processor(),
        String.join(" ", machine.features()),
        machine.java(),
        machine.load());
    printRoofs(roofs);
    printKernels(results, roofs);
    return 0;
  }

  /** The forks get this JVM's options, which are the launcher's. */
  private ChainedOptionsBuilder options() {
    TimeValue time = TimeValue.milliseconds(Math.round(1000 * seconds));
    return new OptionsBuilder()
        .forks(1)
        .warmupIterations(iterations)
        .warmupTime(time)
        .measurementIterations(iterations)
        .measurementTime(time)
        .shouldFailOnError(true);
  }

  /** What a class of benchmarks has as its parameter. */
  private static List<String> ownShapes(Class<?> type) {
    try {
      return List.of(type.getField("shape").getAnnotation(Param.class).value());
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Roof roof(Collection<RunResult> results, int threads) {
    Map<String, Double> nanos = new HashMap<>();
    for (RunResult result : results) {
      // The quickest iteration: a peak is what can be reached.
      nanos.put(method(result), result.getPrimaryResult().getStatistics().getMin());
    }
    return new Roof(
        threads * Roofline.FMA_FLOPS / at(nanos, "fma"),
        threads * Roofline.COPY_BYTES / at(nanos, "copy"),
        threads * Roofline.TRIAD_BYTES / at(nanos, "triad"));
  }

  private static double at(Map<String, Double> nanos, String method) {
    Double value = nanos.get(method);
    if (value == null) {
      throw new IllegalStateException("kernels: " + method + ": not measured");
    }
    return value;
  }

  private static String method(RunResult result) {
    String name = result.getParams().getBenchmark();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String type(RunResult result) {
    String[] parts = result.getParams().getBenchmark().split("\\.", -1);
    return parts[parts.length - 2];
  }

  private void printRoofs(Map<String, Roof> roofs) {
    System.out.printf(
        "| threads | peak GFLOP/s | copy GB/s | triad GB/s |%n| --- | --- | --- | --- |%n");
    for (String count : threads) {
      Roof roof = roofs.getOrDefault(count, new Roof(0, 0, 0));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.1f | %.1f |%n",
          count,
          roof.gflops(),
          roof.copy(),
          roof.triad());
    }
  }

  private static void printKernels(List<RunResult> results, Map<String, Roof> roofs) {
    results.sort(
        Comparator.comparing((RunResult result) -> result.getParams().getBenchmark())
            .thenComparing(result -> parameter(result, "shape"))
            .thenComparing(result -> parameter(result, "causality"))
            .thenComparing(result -> parameter(result, "threads")));
    System.out.printf(
        "%n| kernel | shape | threads | ms | GFLOP/s | GB/s | of the peak |%n"
            + "| --- | --- | --- | --- | --- | --- | --- |%n");
    for (RunResult result : results) {
      String shape = parameter(result, "shape");
      String causality = parameter(result, "causality");
      Cost cost = Cost.of(type(result), method(result), shape, causality);
      double nanos = result.getPrimaryResult().getScore();
      Roof roof = roofs.getOrDefault(parameter(result, "threads"), new Roof(0, 0, 0));
      System.out.printf(
          Locale.ROOT,
          "| %s.%s | %s %s | %s | %.3f | %s | %.1f | %.0f%% |%n",
          type(result),
          method(result),
          shape,
          causality.toLowerCase(Locale.ROOT),
          parameter(result, "threads"),
          nanos / 1e6,
          cost.flops() == 0 ? "" : String.format(Locale.ROOT, "%.0f", cost.flops() / nanos),
          cost.bytes() / nanos,
          100 * share(cost, nanos, roof));
    }
  }

  /** Of the roof over this op: the time that the machine needs at least, by the time it took. */
  private static double share(Cost cost, double nanos, Roof roof) {
    return Math.max(cost.flops() / roof.gflops(), cost.bytes() / roof.copy()) / nanos;
  }

  private static String parameter(RunResult result, String name) {
    BenchmarkParams params = result.getParams();
    String value = params.getParam(name);
    return value == null ? "" : value;
  }
}
