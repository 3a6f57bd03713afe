package vitrine.tests.backends;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Kernels;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/** The "device's" side of {@link OpaqueKernels}: scrambled numbers, and how an op visits them. */
final class OpaqueMemory {
  private static final int SCRAMBLE = 0x5bd1e995;

  private final Kernels inner;
  final AtomicLong uploads = new AtomicLong();
  final AtomicLong downloads = new AtomicLong();

  OpaqueMemory(Kernels inner) {
    this.inner = inner;
  }

  /** Numbers on the "device". */
  final class OpaqueTensor implements Tensor {
    private final OpaqueWorkspace owner;
    private final Shape shape;
    final int[] scrambled;
    private boolean released;

    OpaqueTensor(OpaqueWorkspace owner, Shape shape) {
      this.owner = owner;
      this.shape = shape;
      this.scrambled = new int[Math.toIntExact(shape.size())];
    }

    @Override
    public Shape shape() {
      return shape;
    }

    void requireAlive() {
      if (released || !owner.open) {
        throw new IllegalStateException(
            "tensor " + shape + ": used after it was " + (released ? "released" : "closed"));
      }
    }

    void write(int at, float value) {
      scrambled[at] = Float.floatToRawIntBits(value) ^ (SCRAMBLE + at);
    }

    float read(int at) {
      return Float.intBitsToFloat(scrambled[at] ^ (SCRAMBLE + at));
    }

    @Override
    public void download(long offset, float[] to, int at, int length) {
      requireAlive();
      downloads.incrementAndGet();
      for (int i = 0; i < length; i++) {
        to[at + i] = read(Math.toIntExact(offset) + i);
      }
    }
  }

  /** A matrix on the "device". */
  final class OpaqueWeight implements Weight {
    private final Weight hidden;
    private final OpaqueWorkspace owner;

    OpaqueWeight(Weight hidden, OpaqueWorkspace owner) {
      this.hidden = hidden;
      this.owner = owner;
    }

    @Override
    public int in() {
      return hidden.in();
    }

    @Override
    public int out() {
      return hidden.out();
    }

    @Override
    public Precision precision() {
      return hidden.precision();
    }

    @Override
    public float[] toArray() {
      downloads.incrementAndGet();
      return hidden.toArray();
    }

    @Override
    public Tensor elements() {
      Objects.requireNonNull(hidden.elements()); // refused at once what is refused there
      return new OpaqueElements(this);
    }
  }

  /** Keys and values on the "device". */
  final class OpaqueKeyValues implements KeyValues {
    private final KeyValues hidden;

    OpaqueKeyValues(KeyValues hidden) {
      this.hidden = hidden;
    }

    OpaqueMemory backend() {
      return OpaqueMemory.this;
    }

    @Override
    public int batch() {
      return hidden.batch();
    }

    @Override
    public int capacity() {
      return hidden.capacity();
    }

    @Override
    public int heads() {
      return hidden.heads();
    }

    @Override
    public int size() {
      return hidden.size();
    }
  }

  /** A matrix on the "device", as a tensor: the same numbers. */
  final class OpaqueElements implements Tensor {
    private final OpaqueWeight of;

    OpaqueElements(OpaqueWeight of) {
      this.of = of;
    }

    private Tensor hidden() {
      return of.hidden.elements();
    }

    @Override
    public Shape shape() {
      return hidden().shape();
    }

    @Override
    public void download(long offset, float[] to, int at, int length) {
      downloads.incrementAndGet();
      hidden().download(offset, to, at, length);
    }
  }

  /** Counts what is allocated; the garbage collector does the rest. */
  final class OpaqueWorkspace implements Workspace {
    final Workspace weights = inner.workspace();
    private long bytesInUse;
    private long peakBytes;
    private boolean open = true;

    OpaqueMemory backend() {
      return OpaqueMemory.this;
    }

    @Override
    public OpaqueTensor allocate(Shape shape) {
      if (!open) {
        throw new IllegalStateException("workspace: allocate: the workspace has been closed");
      }
      bytesInUse += shape.size() * Float.BYTES;
      peakBytes = Math.max(peakBytes, bytesInUse());
      return new OpaqueTensor(this, shape);
    }

    @Override
    public void release(Tensor tensor) {
      OpaqueTensor mine = own("release", tensor);
      if (!mine.owner.equals(this)) {
        throw new IllegalArgumentException("release: tensor of another workspace");
      }
      mine.released = true;
      bytesInUse -= mine.shape.size() * Float.BYTES;
    }

    @Override
    public long bytesInUse() {
      return bytesInUse + weights.bytesInUse();
    }

    @Override
    public long peakBytes() {
      return Math.max(peakBytes, bytesInUse());
    }

    @Override
    public void close() {
      open = false;
      bytesInUse = 0;
      weights.close();
    }
  }

  OpaqueTensor own(String op, Tensor tensor) {
    if (tensor instanceof OpaqueTensor mine && mine.owner.backend().equals(this)) {
      mine.requireAlive();
      return mine;
    }
    throw new IllegalArgumentException(op + ": tensor " + tensor.shape() + " of another backend");
  }

  Weight own(String op, Weight weight) {
    if (weight instanceof OpaqueWeight mine && mine.owner.backend().equals(this)) {
      return mine.hidden;
    }
    throw new IllegalArgumentException(op + ": weight of another backend");
  }

  KeyValues own(String op, KeyValues past) {
    if (past instanceof OpaqueKeyValues mine && mine.backend().equals(this)) {
      return mine.hidden;
    }
    throw new IllegalArgumentException(op + ": keys and values of another backend");
  }

  OpaqueWorkspace own(String op, Workspace workspace) {
    if (workspace instanceof OpaqueWorkspace mine && mine.backend().equals(this)) {
      return mine;
    }
    throw new IllegalArgumentException(op + ": workspace of another backend");
  }

  /** The tensors of one op, unscrambled where {@code scalar} can read them. */
  final class Visit implements AutoCloseable {
    private final String op;
    private final Workspace workspace = inner.workspace();
    private final List<OpaqueTensor> outside = new ArrayList<>();
    private final List<Tensor> inside = new ArrayList<>();

    Visit(String op) {
      this.op = op;
    }

    /** The tensor inside; one that comes twice is one tensor there too. */
    Tensor in(Tensor tensor) {
      if (tensor instanceof OpaqueElements mine && mine.of.owner.backend().equals(memory())) {
        return mine.hidden();
      }
      OpaqueTensor mine = own(op, tensor);
      int known = outside.indexOf(mine);
      if (known >= 0) {
        return inside.get(known);
      }
      float[] values = new float[mine.scrambled.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = mine.read(i);
      }
      Tensor copy = inner.upload(workspace, mine.shape, values);
      outside.add(mine);
      inside.add(copy);
      return copy;
    }

    @Nullable Tensor maybe(@Nullable Tensor tensor) {
      return tensor == null ? null : in(tensor);
    }

    @Override
    public void close() {
      workspace.close();
    }

    private OpaqueMemory memory() {
      return OpaqueMemory.this;
    }

    void bringBack(Tensor result) {
      if (result instanceof OpaqueElements) {
        return; // the same numbers
      }
      OpaqueTensor to = own(op, result);
      float[] values = in(result).toArray();
      for (int i = 0; i < values.length; i++) {
        to.write(i, values[i]);
      }
    }
  }
}
