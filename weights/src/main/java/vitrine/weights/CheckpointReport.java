package vitrine.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vitrine.weights.WeightsException.Kind;

/**
 * What is in a safetensors file or a checkpoint directory, and all that is wrong with it. Only
 * headers are read.
 *
 * @param path what was inspected
 * @param files the safetensors files whose headers are valid, with what they hold
 * @param problems what makes the checkpoint malformed; empty for a good one
 * @param notes oddities that do no harm
 */
public record CheckpointReport(
    Path path, List<FileReport> files, List<Problem> problems, List<String> notes) {
  public CheckpointReport {
    files = List.copyOf(files);
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /**
   * One valid file.
   *
   * @param bytes the file's size, header included
   * @param tensors in the order of their bytes
   */
  public record FileReport(
      Path path, long bytes, Map<String, String> metadata, List<TensorInfo> tensors) {
    public FileReport {
      tensors = List.copyOf(tensors);
    }
  }

  /** Something wrong: its kind, and one line that says it. */
  public record Problem(Kind kind, String message) {}

  /**
   * Inspects a file, an index or a directory. Whatever is wrong is in the report; nothing is thrown
   * for it.
   */
  public static CheckpointReport inspect(Path path) {
    Findings.Collected findings = new Findings.Collected();
    List<FileReport> files = new ArrayList<>();
    try {
      Path file = Files.isDirectory(path) ? CheckpointDirectory.find(path) : path;
      noteUnusedIndex(path, file, findings);
      if (Checkpoints.isIndex(file)) {
        try (ShardedCheckpoint checkpoint = ShardedCheckpoint.open(file, findings)) {
          checkpoint.shards().values().forEach(shard -> files.add(report(shard)));
        }
      } else {
        try (SafetensorsFile single = SafetensorsFile.open(file)) {
          files.add(report(single));
        }
      }
    } catch (WeightsException e) {
      findings.problem(e);
    }
    List<Problem> problems =
        findings.problems.stream().map(e -> new Problem(e.kind(), e.getMessage())).toList();
    return new CheckpointReport(path, files, problems, findings.notes);
  }

  private static void noteUnusedIndex(Path path, Path file, Findings findings) {
    if (!file.equals(path)
        && !Checkpoints.isIndex(file)
        && Files.exists(file.resolveSibling(CheckpointDirectory.INDEX))) {
      findings.note(
          CheckpointDirectory.INDEX
              + " is not used: "
              + CheckpointDirectory.SINGLE
              + " goes before it");
    }
  }

  private static FileReport report(SafetensorsFile file) {
    return new FileReport(file.path(), file.fileBytes(), file.metadata(), file.tensors());
  }

  /** Whether anything is wrong. */
  public boolean malformed() {
    return !problems.isEmpty();
  }

  /** All tensors, file by file. */
  public List<TensorInfo> tensors() {
    return files.stream().flatMap(file -> file.tensors().stream()).toList();
  }

  /** The number of elements of all tensors. */
  public long parameters() {
    return tensors().stream().mapToLong(TensorInfo::elements).sum();
  }

  /** The number of elements of each type that occurs. */
  public Map<DType, Long> parametersByDType() {
    Map<DType, Long> counts = new EnumMap<>(DType.class);
    tensors().forEach(tensor -> counts.merge(tensor.dtype(), tensor.elements(), Long::sum));
    return counts;
  }

  /** The size of all tensors' data. */
  public long bytes() {
    return tensors().stream().mapToLong(TensorInfo::bytes).sum();
  }

  /** The metadata of all files; where they differ, the first file's. */
  public Map<String, String> metadata() {
    Map<String, String> all = new LinkedHashMap<>();
    files.forEach(file -> file.metadata().forEach(all::putIfAbsent));
    return all;
  }
}
