package vitrine.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vitrine.weights.WeightsException.Kind;

/** Every kind of error that a single file can give, with what its message must say. */
final class MalformedFilesTest {
  @TempDir private Path directory;

  record Case(Kind kind, String what, Supplied content, String message) {
    @Override
    public String toString() {
      return kind + " when " + what;
    }
  }

  interface Supplied {
    byte[] bytes();
  }

  private static Case header(Kind kind, String what, String header, String message) {
    return new Case(kind, what, () -> Bytes.file(header, 4), message);
  }

  /** A header with one tensor x whose entry is given, in a file with four bytes of data. */
  private static Case entry(Kind kind, String what, String entry, String message) {
    return header(kind, what, "{\"x\":" + entry + "}", message);
  }

  private static Case shape(String shape, String message) {
    return entry(
        Kind.BAD_SHAPE,
        "the shape is " + shape,
        "{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,4]}",
        message);
  }

  private static Case offsets(String offsets, String message) {
    return entry(
        Kind.BAD_OFFSETS,
        "the offsets are " + offsets,
        "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + offsets + "}",
        message);
  }

  private static Case raw(Kind kind, String what, byte[] content, String message) {
    return new Case(kind, what, () -> content, message);
  }

  private static Case text(Kind kind, String what, String content, String message) {
    return raw(kind, what, content.getBytes(ISO_8859_1), message);
  }

  static Stream<Case> cases() {
    return Stream.of(impostors(), preambles(), json(), entries(), numbers(), layout())
        .flatMap(List::stream);
  }

  private static List<Case> impostors() {
    String zip = "PK\3\4\24\0\0\0\b\0";
    String tar = "name" + "\0".repeat(253) + "ustar\000" + "\0".repeat(249);
    return List.of(
        text(Kind.PICKLE, "it is torch's zip", zip + "archive/data.pkl", "a PyTorch pickle"),
        text(
            Kind.PICKLE,
            "it is a pickle",
            "\200\2}q\0.",
            "a Python pickle; expected a safetensors"),
        text(
            Kind.PICKLE,
            "it is a framed pickle",
            "\200\4\225\1\0\0\0\0\0\0\0}.",
            "save_pretrained("),
        text(Kind.ARCHIVE, "it is a zip", zip + "readme.txt", "a zip archive"),
        text(Kind.ARCHIVE, "it is gzip", "\37\213\b\0\0\0\0\0\0\3", "a compressed archive"),
        text(Kind.ARCHIVE, "it is tar", tar, "a tar archive"),
        text(Kind.GGUF, "it is gguf", "GGUF\3\0\0\0\0\0\0\0", "a GGUF file"),
        text(
            Kind.LFS_POINTER,
            "it is an LFS pointer",
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n",
            "git lfs pull"),
        text(Kind.HTML, "it is HTML", "\n<!DOCTYPE html><html>404</html>", "a web page"),
        text(Kind.HTML, "it is XML", "<?xml version=\"1.0\"?><Error/>", "a web page"),
        text(Kind.NUMPY, "it is npy", "\223NUMPY\1\0v\0{'descr'", "a NumPy array"),
        text(Kind.HDF5, "it is HDF5", "\211HDF\r\n\32\n", "an HDF5 file"),
        text(Kind.JSON_TEXT, "it is a config", "{\n  \"model_type\": \"bert\"\n}", "a JSON text"),
        text(Kind.JSON_TEXT, "it is short JSON", "{}", "a JSON text"),
        text(Kind.JSON_TEXT, "a brace is at byte 8", "{\"a\":12,{\"b\":1}", "a JSON text"));
  }

  private static List<Case> preambles() {
    byte[] tooLarge = Bytes.file("{}", 0);
    ByteBuffer.wrap(tooLarge).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 100_000_001);
    byte[] negative = Bytes.file("{}", 0);
    ByteBuffer.wrap(negative).putLong(0, -1);
    byte[] beyond = Bytes.file("{}", 0);
    beyond[0] = 3;
    return List.of(
        raw(Kind.EMPTY_FILE, "it is empty", new byte[0], "the file is empty"),
        raw(Kind.HEADER_BEYOND_FILE, "it has 7 bytes", new byte[7], "the file has 7 bytes"),
        raw(Kind.HEADER_BEYOND_FILE, "the header is cut", beyond, "should have 3 bytes, only 2"),
        raw(Kind.HEADER_TOO_LARGE, "the length is over the limit", tooLarge, "100000001 bytes"),
        raw(Kind.HEADER_TOO_LARGE, "the length is 2^64-1", negative, "18446744073709551615"),
        raw(Kind.HEADER_START, "the length is 0", new byte[9], "the header has no bytes"),
        header(Kind.HEADER_START, "a space comes first", " {}", "does not begin with {"),
        header(Kind.HEADER_START, "it is a list", "[]", "does not begin with {"));
  }

  private static List<Case> json() {
    String ok = Bytes.entry("x", "F32", "[1]", 0, 4);
    byte[] latin = ("{\"\351\":" + ok.substring(4) + "}").getBytes(ISO_8859_1);
    byte[] overlong = ("{\"\300\200\":" + ok.substring(4) + "}").getBytes(ISO_8859_1);
    byte[] surrogate = ("{\"\355\240\200\":" + ok.substring(4) + "}").getBytes(ISO_8859_1);
    byte[] tail = ("{" + ok + "}  \377").getBytes(ISO_8859_1);
    String utf16 = "{\0\"\0x\0\"\0:\0001\0}\0";
    return List.of(
        new Case(Kind.HEADER_NOT_UTF8, "it is Latin-1", () -> Bytes.file(latin, 4), "not UTF-8"),
        new Case(
            Kind.HEADER_NOT_UTF8, "NUL is overlong", () -> Bytes.file(overlong, 4), "not UTF-8"),
        new Case(
            Kind.HEADER_NOT_UTF8,
            "a surrogate is coded",
            () -> Bytes.file(surrogate, 4),
            "not UTF-8"),
        new Case(
            Kind.HEADER_NOT_UTF8, "the padding is not", () -> Bytes.file(tail, 4), "not UTF-8"),
        header(Kind.HEADER_NOT_JSON, "it is UTF-16", utf16, "expected a header of JSON"),
        header(Kind.HEADER_NOT_JSON, "it ends early", "{" + ok, "end-of-input"),
        header(
            Kind.HEADER_NOT_JSON, "a comma is left", "{" + ok + ",}", "expected a header of JSON"),
        header(Kind.HEADER_NOT_JSON, "quotes are single", "{'x':1}", "expected a header of JSON"),
        header(
            Kind.HEADER_NOT_JSON, "it has a comment", "{/**/" + ok + "}", "expected a header of"),
        header(Kind.HEADER_NOT_JSON, "a name has half a pair", "{\"\\ud800\":1}", "surrogate pair"),
        header(
            Kind.HEADER_NOT_JSON, "a newline is raw", "{\"a\nb\":1}", "expected a header of JSON"),
        header(Kind.HEADER_TRAILING, "an object follows", "{" + ok + "}{}", "\"{\" follows"),
        header(Kind.HEADER_TRAILING, "a newline follows", "{" + ok + "}\n", "\"\\u000a\" follows"),
        header(Kind.HEADER_TRAILING, "NUL follows", "{" + ok + "} \0", "\"\\u0000\" follows"),
        header(
            Kind.HEADER_TRAILING,
            "it follows much padding",
            "{" + ok + "}" + " ".repeat(100_000) + "x",
            "\"x\" follows"),
        header(Kind.DUPLICATE_KEY, "a tensor is twice", "{" + ok + "," + ok + "}", "tensor \"x\""),
        header(
            Kind.DUPLICATE_KEY,
            "an escaped name is the same",
            "{" + ok + "," + ok.replace("x", "\\u0078") + "}",
            "tensor \"x\" occurs twice"),
        header(
            Kind.DUPLICATE_KEY,
            "metadata is twice",
            "{\"__metadata__\":{},\"__metadata__\":{}," + ok + "}",
            "__metadata__ occurs twice"),
        header(
            Kind.DUPLICATE_KEY,
            "a key of metadata is twice",
            "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}," + ok + "}",
            "key \"a\" occurs twice"),
        header(Kind.BAD_METADATA, "it is null", "{\"__metadata__\":null," + ok + "}", "is null"),
        header(Kind.BAD_METADATA, "it has a number", "{\"__metadata__\":{\"a\":1}}", "has 1 under"),
        header(
            Kind.BAD_METADATA,
            "it has an object",
            "{\"__metadata__\":{\"a\":{}}}",
            "an object under"));
  }

  private static List<Case> entries() {
    String deep = "[".repeat(1_000_000);
    String rest = ",\"shape\":[1],\"data_offsets\":[0,4]}";
    return List.of(
        entry(Kind.BAD_ENTRY, "it is a list", "[]", "tensor \"x\" is a list"),
        entry(Kind.BAD_ENTRY, "it is a list of lists", deep, "tensor \"x\" is a list"),
        entry(Kind.BAD_ENTRY, "it is null", "null", "tensor \"x\" is null"),
        entry(Kind.BAD_ENTRY, "it is empty", "{}", "has no dtype"),
        entry(
            Kind.BAD_ENTRY,
            "offsets are missing",
            "{\"dtype\":\"U8\",\"shape\":[]}",
            "no data_offsets"),
        entry(
            Kind.BAD_ENTRY,
            "shape is missing",
            "{\"dtype\":\"U8\",\"data_offsets\":[0,1]}",
            "no shape"),
        entry(
            Kind.BAD_ENTRY,
            "a key is unknown",
            "{\"dtype\":\"F32\",\"a\":1" + rest,
            "has the key \"a\""),
        entry(
            Kind.DUPLICATE_KEY,
            "dtype is twice",
            "{\"dtype\":\"F32\",\"dtype\":\"F32\"" + rest,
            "key \"dtype\" occurs twice in tensor \"x\""),
        entry(Kind.UNKNOWN_DTYPE, "dtype is F31", "{\"dtype\":\"F31\"" + rest, "dtype \"F31\""),
        entry(
            Kind.UNKNOWN_DTYPE,
            "dtype is f32",
            "{\"dtype\":\"f32\"" + rest,
            "expected one of [BOOL,"),
        entry(Kind.UNKNOWN_DTYPE, "dtype is a number", "{\"dtype\":32" + rest, "has dtype 32"),
        entry(Kind.UNKNOWN_DTYPE, "dtype is null", "{\"dtype\":null" + rest, "has dtype null"),
        entry(Kind.HEADER_TOO_DEEP, "the shape nests", "{\"shape\":[[1]]}", "deeper than 3"),
        entry(Kind.HEADER_TOO_DEEP, "the shape nests far", "{\"shape\":" + deep, "deeper than 3"));
  }

  private static List<Case> numbers() {
    String huge = "9".repeat(1_000_000);
    return List.of(
        shape("[-1]", "has -1 in shape"),
        shape("[-0]", "has -0 in shape"),
        shape("[1.0]", "has 1.0 in shape"),
        shape("[1e0]", "has 1e0 in shape"),
        shape("[true]", "has true in shape"),
        shape("[null]", "has null in shape"),
        shape("[\"1\"]", "has the string \"1\" in shape"),
        shape("1", "has shape 1; expected a list"),
        shape("{}", "has shape an object"),
        shape("[9223372036854775808]", "has 9223372036854775808 in shape"),
        shape("[18446744073709551617]", "has 18446744073709551617 in shape"),
        shape("[4294967296,4294967296]", "more than 2^63 bits"),
        shape("[9223372036854775807]", "more than 2^63 bits"),
        entry(
            Kind.BAD_SHAPE,
            "a number has a million digits",
            "{\"shape\":[" + huge + "]}",
            "(1000000 "),
        entry(
            Kind.BAD_SHAPE,
            "there are too many axes",
            "{\"shape\":[1" + ",1".repeat(1024) + "]}",
            "too many numbers in shape"),
        entry(
            Kind.BAD_SHAPE,
            "three half bytes are no whole bytes",
            "{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}",
            "12 bits are not whole bytes"),
        offsets("[0]", "has data_offsets [0]"),
        offsets("[0,4,4]", "too many numbers in data_offsets"),
        offsets("[4,0]", "has data_offsets [4, 0]"),
        offsets("[0,-4]", "has -4 in data_offsets"),
        offsets("[0,4.0]", "has 4.0 in data_offsets"),
        offsets("[0,9007199254740993e3]", "in data_offsets"),
        offsets("[0,9223372036854775808]", "has 9223372036854775808 in data_offsets"),
        offsets("null", "has data_offsets null"));
  }

  private static List<Case> layout() {
    String a = Bytes.entry("a", "U8", "[2]", 0, 2);
    String gap = Bytes.entry("b", "U8", "[1]", 3, 4);
    String over = Bytes.entry("b", "U8", "[3]", 1, 4);
    String beyond = Bytes.entry("b", "U8", "[3]", 2, 5);
    String far = Bytes.entry("b", "U8", "[9007199254740992]", 2, 9007199254740994L);
    String inside = Bytes.entry("b", "U8", "[0]", 1, 1);
    String wrong = Bytes.entry("b", "F32", "[2]", 2, 4);
    return List.of(
        header(Kind.HOLE, "one is between", "{" + a + "," + gap + "}", "bytes 2 to 3, before"),
        header(Kind.HOLE, "one is first", "{" + gap + "}", "bytes 0 to 3, before tensor \"b\""),
        header(Kind.OVERLAP, "a byte is shared", "{" + a + "," + over + "}", "begins at byte 1"),
        header(Kind.OVERLAP, "an empty tensor is inside", "{" + a + "," + inside + "}", "inside"),
        header(
            Kind.DATA_BEYOND_FILE, "one byte lacks", "{" + a + "," + beyond + "}", "which has 4"),
        header(Kind.DATA_BEYOND_FILE, "petabytes lack", "{" + a + "," + far + "}", "cut short"),
        header(Kind.TRAILING_BYTES, "two are left", "{" + a + "}", "2 bytes follow"),
        header(Kind.TRAILING_BYTES, "there are no tensors", "{}", "4 bytes follow"),
        header(Kind.SIZE_MISMATCH, "bytes lack", "{" + a + "," + wrong + "}", "needs 8 bytes"));
  }

  @ParameterizedTest(name = "should_be_{0}")
  @MethodSource("cases")
  void should_say_what_is_wrong_when_a_file_is_malformed(Case given) {
    Path path = Bytes.write(directory.resolve("x"), given.content().bytes());
    WeightsException error =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path).close());
    assertEquals(given.kind(), error.kind(), error.getMessage());
    checkMessage(error, path, given.message());
  }

  private static void checkMessage(WeightsException error, Path path, String part) {
    String message = error.getMessage();
    assertTrue(message.contains(part), () -> part + " is not in: " + message);
    assertTrue(message.startsWith("read safetensors: " + path + ": "), message);
    assertTrue(message.contains("; expected "), message);
    assertTrue(message.endsWith("."), message);
    assertTrue(message.length() < 1000 && message.lines().count() == 1, message);
  }

  @Test
  void should_be_not_found_when_there_is_no_file() {
    Path path = directory.resolve("none");
    WeightsException error =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path).close());
    assertEquals(Kind.NOT_FOUND, error.kind());
    checkMessage(error, path, "no such file");
  }

  @Test
  void should_be_not_a_file_when_it_is_a_directory() {
    WeightsException error =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(directory).close());
    assertEquals(Kind.NOT_A_FILE, error.kind());
    checkMessage(error, directory, "this is a directory");
  }

  @Test
  void should_keep_a_hostile_name_off_the_terminal_when_it_is_told() {
    String name = "\\u001b[31m\\n\\u202e" + "a".repeat(1_000_000);
    byte[] content = Bytes.file("{" + Bytes.entry(name, "F31", "[1]", 0, 4) + "}", 4);
    Path path = Bytes.write(directory.resolve("x"), content);
    WeightsException error =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path).close());
    checkMessage(error, path, "\\u001b[31m\\u000a\\u202eaaa");
  }

  @Test
  void should_cover_every_kind_that_a_header_can_have() {
    Set<Kind> covered = cases().map(Case::kind).collect(Collectors.toSet());
    Set<Kind> expected = EnumSet.range(Kind.EMPTY_FILE, Kind.TRAILING_BYTES);
    assertEquals(Set.of(), difference(expected, covered));
    assertEquals(Set.of(), difference(covered, expected));
  }

  private static Set<Kind> difference(Set<Kind> from, Set<Kind> less) {
    Set<Kind> rest = EnumSet.noneOf(Kind.class);
    rest.addAll(from);
    rest.removeAll(less);
    return Collections.unmodifiableSet(rest);
  }

  @Test
  void should_not_need_the_header_s_size_in_memory_when_it_is_garbage() {
    byte[] garbage = new byte[50_000_000];
    java.util.Arrays.fill(garbage, (byte) '[');
    garbage[0] = '{';
    Path path = Bytes.write(directory.resolve("x"), Bytes.file(garbage, 0));
    assertEquals(
        Kind.HEADER_NOT_JSON,
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path).close()).kind());
    assertEquals("{[", new String(garbage, 0, 2, UTF_8));
  }
}
