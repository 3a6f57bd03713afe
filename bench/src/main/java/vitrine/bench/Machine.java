package vitrine.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What was measured on.
 *
 * @param features of the processor that engines choose their kernels by
 * @param memory in bytes
 */
public record Machine(
    String processor,
    List<String> features,
    int cores,
    long memory,
    String system,
    String java,
    double load) {
  private static final List<String> TELLING =
      List.of("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile");

  public Machine {
    features = List.copyOf(features);
  }

  /** This one. */
  public static Machine here() {
    List<String> cpu = ProcFiles.lines(Path.of("/proc/cpuinfo"));
    Set<String> flags = Set.copyOf(Arrays.asList(field(cpu, "flags").split(" ", -1)));
    String memory = field(ProcFiles.lines(Path.of("/proc/meminfo")), "MemTotal");
    return new Machine(
        field(cpu, "model name"),
        TELLING.stream().filter(flags::contains).toList(),
        Runtime.getRuntime().availableProcessors(),
        Long.parseLong(memory.replaceAll("\\D", "")) * 1024,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor.version", "") + ", " + Runtime.version(),
        ProcFiles.load());
  }

  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .findFirst()
        .orElse("unknown");
  }

  /** The processor in a file's name. */
  public String slug() {
    String vector = features.contains("avx512f") ? "-avx512" : "-avx2";
    return processor
            .toLowerCase(Locale.ROOT)
            .replaceAll("\\((r|tm)\\)|[^a-z0-9]+", "-")
            .replaceAll("-+", "-")
            .replaceAll("^-|-$", "")
        + (features.contains("avx2") ? vector : "");
  }
}
