package vitrine.interp.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.weights.AtomicFile;

/**
 * All rows of all layers, read in one pass over the texts and kept in temporary files, one a layer,
 * as float32: so that many layers of many words are gone through as often as needed while no more
 * than one of them is in memory. The files go when this is closed.
 */
public final class LayerRows implements AutoCloseable {
  /** Passages that run as one batch. */
  private static final int BATCH = 32;

  /** Rows that are read at once. */
  private static final int CHUNK = 1024;

  private final List<String> names;
  private final int[] widths;
  private final int rows;
  private final Path directory;
  private final List<FileChannel> files = new ArrayList<>();

  private LayerRows(List<String> names, int[] widths, int rows, Path directory) {
    this.names = List.copyOf(names);
    this.widths = widths;
    this.rows = rows;
    this.directory = directory;
  }

  /** Bytes that the files will take. */
  public static long bytes(Reader reader, int rows) {
    return (long) rows * Float.BYTES * IntStream.of(reader.widths()).asLongStream().sum();
  }

  /**
   * Runs the model over passages.
   *
   * @param passages in the order that the rows will have; rows without a piece are none
   * @param directory where files may be, for a while
   * @param progress is told how many passages are done
   * @throws vitrine.weights.WeightsException when the disk has no room
   */
  public static LayerRows read(
      Reader reader, List<Encoded> passages, Path directory, IntConsumer progress) {
    List<Encoded> whole = passages.stream().map(Encoded::whole).toList();
    int[] starts = new int[whole.size() + 1];
    for (int i = 0; i < whole.size(); i++) {
      starts[i + 1] = starts[i] + whole.get(i).rows().size();
    }
    LayerRows layers = null;
    try {
      Path own = Files.createTempDirectory(directory, "vitrine-rows-");
      layers = new LayerRows(reader.names(), reader.widths(), starts[whole.size()], own);
      AtomicFile.requireRoom(own.resolve("0"), bytes(reader, layers.rows));
      layers.open();
      layers.fill(reader, whole, starts, progress);
      LayerRows complete = layers;
      layers = null;
      return complete;
    } catch (IOException e) {
      throw failed(directory, e);
    } finally {
      if (layers != null) {
        layers.close();
      }
    }
  }

  private static InputException failed(Path directory, IOException e) {
    return new InputException(
        "rows: %s: %s; expected a directory with room for the rows of all layers. Name another with --scratch"
            .formatted(directory, e.getMessage()),
        e);
  }

  private void open() throws IOException {
    for (int layer = 0; layer < widths.length; layer++) {
      files.add(
          FileChannel.open(
              directory.resolve(Integer.toString(layer)),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE));
    }
  }

  /** By length, so that little is padding; rows go to their places whatever the order. */
  private void fill(Reader reader, List<Encoded> passages, int[] starts, IntConsumer progress)
      throws IOException {
    int[] order =
        IntStream.range(0, passages.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> passages.get(i).example().ids().length))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int from = 0; from < order.length; from += BATCH) {
      int[] chosen = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH));
      List<Reader.Table> tables =
          reader.read(Arrays.stream(chosen).mapToObj(passages::get).toList());
      for (int layer = 0; layer < widths.length; layer++) {
        int at = 0;
        for (int passage : chosen) {
          int count = starts[passage + 1] - starts[passage];
          write(layer, starts[passage], tables.get(layer).values(), at, count);
          at += count;
        }
      }
      progress.accept(from + chosen.length);
    }
  }

  private void write(int layer, int row, double[] values, int from, int count) throws IOException {
    int width = widths[layer];
    ByteBuffer bytes = buffer(count * width);
    for (int i = from * width; i < (from + count) * width; i++) {
      bytes.putFloat((float) values[i]);
    }
    bytes.flip();
    long at = (long) row * width * Float.BYTES;
    while (bytes.hasRemaining()) {
      at += files.get(layer).write(bytes, at);
    }
  }

  private static ByteBuffer buffer(int floats) {
    return ByteBuffer.allocate(floats * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  /** One a layer, as sites are named. */
  public List<String> names() {
    return names;
  }

  /** How many rows every layer has. */
  public int rows() {
    return rows;
  }

  /** d of a layer. */
  public int width(int layer) {
    return widths[layer];
  }

  /** One layer's rows, for one thread; fast where they are asked for in order. */
  public Layer layer(int layer) {
    return new Layer(files.get(layer), widths[layer]);
  }

  /** Rows of one layer. */
  public final class Layer {
    private final FileChannel file;
    private final int width;
    private float[] chunk = new float[0];
    private int first = -CHUNK;

    private Layer(FileChannel file, int width) {
      this.file = file;
      this.width = width;
    }

    /** One row's numbers. */
    public double[] row(int row) {
      if (row < first || row >= first + CHUNK) {
        load(row - row % CHUNK);
      }
      double[] values = new double[width];
      int at = (row - first) * width;
      for (int j = 0; j < width; j++) {
        values[j] = chunk[at + j];
      }
      return values;
    }

    private void load(int from) {
      int count = Math.min(CHUNK, rows - from);
      ByteBuffer bytes = buffer(count * width);
      long at = (long) from * width * Float.BYTES;
      try {
        while (bytes.hasRemaining()) {
          int read = file.read(bytes, at + bytes.position());
          if (read < 0) {
            throw new IOException("ends early");
          }
        }
      } catch (IOException e) {
        throw failed(directory, e);
      }
      chunk = new float[count * width];
      bytes.flip().asFloatBuffer().get(chunk);
      first = from;
    }
  }

  @Override
  public void close() {
    try {
      for (FileChannel file : files) {
        file.close();
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }
}
