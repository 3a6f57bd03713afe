package vitrine.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/**
 * Whatever the bytes, the outcome is a file that can be read or a {@link WeightsException} of one
 * line.
 */
final class FuzzTest {
  private static @Nullable Path file;
  private static final Set<WeightsException.Kind> SEEN =
      Collections.synchronizedSet(EnumSet.noneOf(WeightsException.Kind.class));

  @BeforeContainer
  static void make() throws IOException {
    file = Files.createTempFile("fuzz", ".safetensors");
  }

  @AfterContainer
  static void remove() throws IOException {
    if (file != null) {
      Files.delete(file);
    }
  }

  /** Anything but the two outcomes fails the property by itself: it is thrown on. */
  private static void check(byte[] content) {
    Path path = file == null ? Path.of("") : file;
    try {
      Files.write(path, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (SafetensorsFile open = SafetensorsFile.open(path)) {
      long bytes = 0;
      for (TensorInfo tensor : open.tensors()) {
        bytes += open.rawBytes(tensor.name()).length;
        if (tensor.dtype().kind() != DType.Kind.OPAQUE) {
          Assertions.assertEquals(tensor.elements(), open.floats(tensor.name()).length);
        }
      }
      Assertions.assertEquals(bytes, open.bytes());
      Assertions.assertEquals(64, open.hash().length());
    } catch (WeightsException e) {
      SEEN.add(e.kind());
      Assertions.assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      Assertions.assertTrue(e.getMessage().length() < 2000, e.getMessage());
    }
    CheckpointReport report = CheckpointReport.inspect(path);
    Assertions.assertEquals(1, report.files().size() + report.problems().size());
  }

  private static byte[] valid() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + Bytes.entry("wte.weight", "F32", "[2,3]", 0, 24)
            + ","
            + Bytes.entry("h.0.bias", "F16", "[4]", 24, 32)
            + ","
            + Bytes.entry("empty", "I64", "[0]", 32, 32)
            + "}  ";
    return Bytes.file(header, 32);
  }

  @Property(tries = 1000)
  void should_have_two_outcomes_when_bytes_are_random(@ForAll byte[] content) {
    check(content);
  }

  @Property(tries = 1000)
  void should_have_two_outcomes_when_a_header_is_random(@ForAll byte[] header) {
    check(Bytes.file(header, 7));
  }

  @Property(tries = 2500, edgeCases = EdgeCasesMode.NONE)
  void should_have_two_outcomes_when_a_valid_file_is_mutated(
      @ForAll("mutations") List<Mutation> mutations) {
    byte[] content = valid();
    for (Mutation mutation : mutations) {
      content = mutation.apply(content);
    }
    check(content);
  }

  @Property(tries = 2500, edgeCases = EdgeCasesMode.NONE)
  void should_have_two_outcomes_when_a_header_is_nearly_json(
      @ForAll("headers") String header, @ForAll("sizes") int dataBytes) {
    check(Bytes.file(header.getBytes(UTF_8), dataBytes));
  }

  /** The fuzz would be worth nothing if it only ever saw one error. */
  @AfterContainer
  static void should_have_seen_many_kinds() {
    Assertions.assertTrue(SEEN.size() >= 15, SEEN::toString);
  }

  /** One change at a place, wrapped into the file's length. */
  record Mutation(Change change, int place, int length, byte value) {
    byte[] apply(byte[] content) {
      if (content.length == 0) {
        return content;
      }
      int at = place % content.length;
      int end = Math.min(content.length, at + length);
      byte[] changed = content.clone();
      return switch (change) {
        case SET -> {
          changed[at] = value;
          yield changed;
        }
        case FLIP -> {
          changed[at] ^= (byte) (1 << (value & 7));
          yield changed;
        }
        case CUT -> java.util.Arrays.copyOf(content, at);
        case DELETE -> join(content, at, new byte[0], end);
        case REPEAT -> join(content, end, java.util.Arrays.copyOfRange(content, at, end), end);
        case INSERT -> join(content, at, new byte[] {value}, at);
      };
    }

    private static byte[] join(byte[] content, int until, byte[] middle, int from) {
      byte[] joined = new byte[until + middle.length + content.length - from];
      System.arraycopy(content, 0, joined, 0, until);
      System.arraycopy(middle, 0, joined, until, middle.length);
      System.arraycopy(content, from, joined, until + middle.length, content.length - from);
      return joined;
    }
  }

  enum Change {
    SET,
    FLIP,
    CUT,
    DELETE,
    REPEAT,
    INSERT
  }

  @Provide
  Arbitrary<List<Mutation>> mutations() {
    return Combinators.combine(
            Arbitraries.of(Change.class),
            Arbitraries.integers().between(0, 400),
            Arbitraries.integers().between(1, 60),
            Arbitraries.oneOf(
                Arbitraries.bytes(),
                Arbitraries.of('{', '}', '[', ']', '"', ',', ':', '9', '-', '.', 'e', ' ')
                    .map(c -> (byte) c.charValue())))
        .as(Mutation::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<Integer> sizes() {
    return Arbitraries.of(0, 1, 4, 8, 12);
  }

  /** Objects of entries whose parts are now and then what they should not be. */
  @Provide
  Arbitrary<String> headers() {
    Arbitrary<String> numbers =
        Arbitraries.of(
            "0",
            "1",
            "2",
            "3",
            "4",
            "8",
            "-1",
            "1.5",
            "1e9",
            "1e999999999",
            "null",
            "[]",
            "\"1\"",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999",
            "-0");
    Arbitrary<String> list =
        numbers.list().ofMaxSize(3).map(values -> "[" + String.join(",", values) + "]");
    Arbitrary<String> offsets =
        Arbitraries.oneOf(
            Arbitraries.of("[0,4]", "[4,8]", "[0,8]", "[4,4]", "[8,12]", "[0,0]", "[0,1]"), list);
    Arbitrary<String> shapes =
        Arbitraries.oneOf(Arbitraries.of("[]", "[1]", "[2]", "[0]", "[1,1]"), list);
    Arbitrary<String> dtypes =
        Arbitraries.oneOf(
            Arbitraries.of(DType.class).map(DType::name), Arbitraries.of("F33", "", "f32"));
    Arbitrary<String> entry =
        Combinators.combine(dtypes, shapes, offsets, Arbitraries.integers().between(0, 20))
            .as(FuzzTest::entry);
    Arbitrary<String> names =
        Arbitraries.oneOf(Arbitraries.of("a", "b", "c"), Arbitraries.strings());
    Arbitrary<String> property =
        Combinators.combine(names, entry).as((name, value) -> "\"" + name + "\":" + value);
    Arbitrary<String> metadata =
        Arbitraries.of(
            "\"__metadata__\":{}",
            "\"__metadata__\":{\"a\":\"b\"}",
            "\"__metadata__\":[1]",
            "\"__metadata__\":{\"a\":{\"b\":{\"c\":{}}}}");
    Arbitrary<List<String>> properties =
        Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(9, property), net.jqwik.api.Tuple.of(1, metadata))
            .list()
            .ofMaxSize(3);
    return Combinators.combine(properties, Arbitraries.of("}", "}", "}", "} ", "}x", "", ",}"))
        .as((all, end) -> "{" + String.join(",", all) + end);
  }

  private static String entry(String dtype, String shape, String offsets, int form) {
    List<String> parts = new ArrayList<>();
    parts.add("\"dtype\":\"" + dtype + "\"");
    parts.add("\"shape\":" + shape);
    parts.add("\"data_offsets\":" + offsets);
    switch (form) {
      case 0 -> parts.removeFirst();
      case 1 -> parts.removeLast();
      case 2 -> parts.add("\"more\":{\"a\":[[[[1]]]]}");
      case 3 -> parts.add(parts.getFirst());
      case 4 -> Collections.reverse(parts);
      default -> Collections.swap(parts, 0, 1);
    }
    return "{" + String.join(",", parts) + "}";
  }
}
