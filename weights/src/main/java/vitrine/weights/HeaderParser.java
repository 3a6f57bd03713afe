package vitrine.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import vitrine.weights.WeightsException.Kind;

/**
 * Reads the JSON of a header token by token, and stops at the first thing that the format does not
 * allow.
 *
 * <p>No tree is built: what is kept is what the tensors need, so a hostile header costs no more
 * memory than its valid part. Jackson's own limits on names and strings are lifted to the header's
 * (a name may be any string); duplicate keys are found here rather than by Jackson, so that the
 * message can name the tensor.
 */
final class HeaderParser implements AutoCloseable {
  /** The header, a tensor's entry, its shape. */
  private static final int DEPTH = 3;

  /**
   * Not the format's: no library has tensors of more axes, and an entry must not become an array of
   * millions.
   */
  private static final int MAX_RANK = 1024;

  /** The digits of {@link Long#MAX_VALUE}. */
  private static final int MAX_DIGITS = 19;

  static final String METADATA = "__metadata__";

  private static final int PADDING_PIECE = 1 << 13;

  /** Jackson's hints to whoever configures it, which are no help to whoever has the file. */
  private static final Pattern HINT = Pattern.compile("[:,]?( requires?)? enabl(e|ing) `Json.*");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // Names of tensors differ; a table of them would only be a target for chosen collisions.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxNameLength((int) Header.MAX_BYTES)
                  .maxStringLength((int) Header.MAX_BYTES)
                  .maxNumberLength((int) Header.MAX_BYTES)
                  .build())
          .build();

  private final String operand;
  private final Reader reader;
  private final JsonParser json;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private boolean metadataSeen;

  private HeaderParser(String operand, InputStream header) {
    this.operand = operand;
    this.reader =
        new InputStreamReader(
            header,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    this.json = JSON.createParser(ObjectReadContext.empty(), reader);
  }

  /**
   * Reads a header and holds it against the data.
   *
   * @param operand the file, as messages name it
   * @param header the header's bytes and no more
   * @param dataBytes the size of what follows the header
   */
  static Header parse(String operand, InputStream header, long dataBytes) {
    try (HeaderParser parser = new HeaderParser(operand, header)) {
      return parser.parse(dataBytes);
    }
  }

  private Header parse(long dataBytes) {
    try {
      readObject();
      readPadding();
    } catch (StreamConstraintsException e) {
      throw bad(
          Kind.HEADER_TOO_DEEP, "the header nests deeper than 3 levels", "tensors' entries", e);
    } catch (JacksonIOException e) {
      throw notUtf8(e);
    } catch (JacksonException e) {
      String reason = HINT.matcher(String.valueOf(e.getOriginalMessage())).replaceFirst("");
      throw bad(
          Kind.HEADER_NOT_JSON,
          "%s at character %d of the header"
              .formatted(Quote.plain(reason), e.getLocation().getCharOffset()),
          "a header of JSON",
          e);
    } catch (IOException e) {
      throw notUtf8(e);
    }
    return Header.checked(
        operand,
        Collections.unmodifiableMap(metadata),
        new ArrayList<>(tensors.values()),
        dataBytes);
  }

  /** The stream below throws no IOException of its own: only the decoder between does. */
  private WeightsException notUtf8(Exception cause) {
    return bad(Kind.HEADER_NOT_UTF8, "the header is not UTF-8", "a header of UTF-8 JSON", cause);
  }

  private void readObject() {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw bad(Kind.HEADER_START, "the header does not begin with {", "a JSON object", null);
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = string(json.currentName(), Kind.HEADER_NOT_JSON, "a name");
      json.nextToken();
      if (name.equals(METADATA)) {
        readMetadata();
      } else if (tensors.putIfAbsent(name, readTensor(name)) != null) {
        throw duplicate("tensor " + Quote.of(name) + " occurs twice in the header");
      }
    }
  }

  /** The format pads the header with spaces; anything else after the object is not a header's. */
  private void readPadding() throws IOException {
    StringWriter buffered = new StringWriter();
    json.releaseBuffered(buffered);
    String rest = buffered.toString();
    char[] piece = new char[PADDING_PIECE];
    do {
      for (int at = 0; at < rest.length(); at++) {
        if (rest.charAt(at) != ' ') {
          throw bad(
              Kind.HEADER_TRAILING,
              Quote.of(rest.substring(at, at + 1)) + " follows the header's JSON object",
              "only spaces there",
              null);
        }
      }
      int count = reader.read(piece);
      rest = new String(piece, 0, Math.max(0, count));
    } while (!rest.isEmpty());
  }

  private void readMetadata() {
    if (metadataSeen) {
      throw duplicate(METADATA + " occurs twice in the header");
    }
    metadataSeen = true;
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw bad(Kind.BAD_METADATA, METADATA + " is " + found(), "an object of strings", null);
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = string(json.currentName(), Kind.BAD_METADATA, "a key of " + METADATA);
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw bad(
            Kind.BAD_METADATA,
            "%s has %s under %s".formatted(METADATA, found(), Quote.of(key)),
            "a string",
            null);
      }
      String value = string(json.getString(), Kind.BAD_METADATA, "a value of " + METADATA);
      if (metadata.putIfAbsent(key, value) != null) {
        throw duplicate("key " + Quote.of(key) + " occurs twice in " + METADATA);
      }
    }
  }

  private TensorInfo readTensor(String name) {
    String tensor = "tensor " + Quote.of(name);
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw bad(
          Kind.BAD_ENTRY,
          tensor + " is " + found(),
          "{\"dtype\",\"shape\",\"data_offsets\"}",
          null);
    }
    DType dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = json.currentName();
      json.nextToken();
      boolean again;
      switch (key) {
        case "dtype" -> {
          again = dtype != null;
          dtype = readDType(tensor);
        }
        case "shape" -> {
          again = shape != null;
          shape = readNumbers(tensor, "shape", Kind.BAD_SHAPE, MAX_RANK);
        }
        case "data_offsets" -> {
          again = offsets != null;
          offsets = readNumbers(tensor, "data_offsets", Kind.BAD_OFFSETS, 2);
        }
        default -> throw unknownKey(tensor, key);
      }
      if (again) {
        throw duplicate("key \"" + key + "\" occurs twice in " + tensor);
      }
    }
    return tensor(
        name,
        present(dtype, tensor, "dtype"),
        present(shape, tensor, "shape"),
        present(offsets, tensor, "data_offsets"));
  }

  private WeightsException unknownKey(String tensor, String key) {
    return bad(
        Kind.BAD_ENTRY,
        tensor + " has the key " + Quote.of(key),
        "only dtype, shape and data_offsets",
        null);
  }

  private <T> T present(@Nullable T value, String tensor, String key) {
    if (value == null) {
      throw bad(Kind.BAD_ENTRY, tensor + " has no " + key, "dtype, shape and data_offsets", null);
    }
    return value;
  }

  private TensorInfo tensor(String name, DType dtype, List<Long> shape, List<Long> offsets) {
    String tensor = "tensor " + Quote.of(name);
    if (offsets.size() != 2 || offsets.getFirst() > offsets.getLast()) {
      throw bad(
          Kind.BAD_OFFSETS,
          tensor + " has data_offsets " + offsets,
          "begin and end, ascending",
          null);
    }
    TensorInfo info = new TensorInfo(name, dtype, shape, offsets.getFirst(), offsets.getLast());
    long needed;
    try {
      needed = TensorInfo.byteSize(dtype, shape);
    } catch (ArithmeticException e) {
      throw bad(
          Kind.BAD_SHAPE,
          "%s of %s has shape %s: %s"
              .formatted(tensor, dtype, Quote.plain(shape.toString()), e.getMessage()),
          "a size in whole bytes below 2^60",
          e);
    }
    if (needed != info.bytes()) {
      throw bad(
          Kind.SIZE_MISMATCH,
          "%s of %s and shape %s needs %d bytes, its data_offsets span %d"
              .formatted(tensor, dtype, Quote.plain(shape.toString()), needed, info.bytes()),
          "equal sizes",
          null);
    }
    return info;
  }

  private DType readDType(String tensor) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw bad(Kind.UNKNOWN_DTYPE, tensor + " has dtype " + found(), "the name of a dtype", null);
    }
    String text = json.getString();
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(text)) {
        return dtype;
      }
    }
    throw bad(
        Kind.UNKNOWN_DTYPE,
        tensor + " has dtype " + Quote.of(text),
        "one of " + List.of(DType.values()),
        null);
  }

  private List<Long> readNumbers(String tensor, String key, Kind kind, int most) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw bad(kind, tensor + " has " + key + " " + found(), "a list of whole numbers", null);
    }
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      numbers.add(readNumber(tensor, key, kind));
      if (numbers.size() > most) {
        throw bad(kind, tensor + " has too many numbers in " + key, "at most " + most, null);
      }
    }
    return numbers;
  }

  private long readNumber(String tensor, String key, Kind kind) {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      String digits = json.getString();
      if (digits.charAt(0) != '-' && digits.length() <= MAX_DIGITS) {
        // Nineteen digits exceed a long by less than they exceed an unsigned one: the sign tells.
        long number = Long.parseUnsignedLong(digits);
        if (number >= 0) {
          return number;
        }
      }
    }
    throw bad(
        kind,
        "%s has %s in %s".formatted(tensor, found(), key),
        "whole numbers from 0 to 2^63-1",
        null);
  }

  /** The current token, for a message. */
  private String found() {
    return switch (json.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "the string " + Quote.of(json.getString());
      case null -> "nothing";
      default -> Quote.plain(json.getString());
    };
  }

  /** Refuses what JSON can spell but UTF-8 cannot: half of a surrogate pair. */
  private String string(String text, Kind kind, String what) {
    for (int at = 0; at < text.length(); at++) {
      char unit = text.charAt(at);
      if (Character.isHighSurrogate(unit)
          && at + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(at + 1))) {
        at++;
      } else if (Character.isSurrogate(unit)) {
        throw bad(
            kind, what + " has half a surrogate pair: " + Quote.of(text), "Unicode text", null);
      }
    }
    return text;
  }

  private WeightsException duplicate(String actual) {
    return bad(Kind.DUPLICATE_KEY, actual, "each key once", null);
  }

  private WeightsException bad(
      Kind kind, String actual, String expected, @Nullable Throwable cause) {
    WeightsException exception =
        Header.bad(
            kind, operand, actual, expected, "Write the file again with a safetensors library.");
    if (cause != null) {
      exception.initCause(cause);
    }
    return exception;
  }

  @Override
  public void close() {
    json.close();
  }
}
