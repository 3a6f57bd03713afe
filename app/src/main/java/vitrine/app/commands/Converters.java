package vitrine.app.commands;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import vitrine.app.results.ResultFile;
import vitrine.engine.training.Measure;
import vitrine.engine.training.Schedule;
import vitrine.engine.training.Watch;
import vitrine.kernels.Precision;

/** Reads option values, and says what was expected instead of a bad one. */
final class Converters {
  /** Far beyond any machine; more would only exhaust it. */
  private static final int MOST_THREADS = 1024;

  private Converters() {}

  private static TypeConversionException expected(String what) {
    return new TypeConversionException("expected " + what);
  }

  /** What matrices are kept as. */
  static final class OfPrecision implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String value) {
      return Arrays.stream(Precision.values())
          .filter(each -> each.label().equals(value))
          .findFirst()
          .orElseThrow(() -> expected("f32, bf16 or int8"));
    }
  }

  /** Any text but blank. */
  static final class NotBlank implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      if (value.isBlank()) {
        throw expected("something that is not blank");
      }
      return value;
    }
  }

  /** A path. */
  static final class AnyPath implements ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
      if (value.isBlank()) {
        throw expected("a path");
      }
      try {
        return Path.of(value);
      } catch (InvalidPathException e) {
        throw expected("a path that the file system can have");
      }
    }
  }

  /** The file of an analysis's result. */
  static final class OfResultFile implements ITypeConverter<ResultFile> {
    @Override
    public ResultFile convert(String value) {
      return ResultFile.of(new AnyPath().convert(value))
          .orElseThrow(() -> expected("a file that ends in " + ResultFile.endings()));
    }
  }

  /** A number of things, 1 or more. */
  static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return between(value, 1, Integer.MAX_VALUE, "a whole number of at least 1");
    }
  }

  /** A number of things, 0 or more. */
  static final class CountOrNone implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return between(value, 0, Integer.MAX_VALUE, "a whole number of at least 0");
    }
  }

  /** Any whole number of 32 bits. */
  static final class AnyInt implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return between(value, Integer.MIN_VALUE, Integer.MAX_VALUE, "a whole number");
    }
  }

  /** A number of threads. */
  static final class Threads implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return between(value, 1, MOST_THREADS, "a whole number from 1 to " + MOST_THREADS);
    }
  }

  /** Any whole number of 64 bits. */
  static final class WholeNumber implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      try {
        return Long.valueOf(value);
      } catch (NumberFormatException e) {
        throw expected("a whole number of 64 bits");
      }
    }
  }

  /** A real number greater than 0. */
  static final class Positive implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      return between(value, Double.MAX_VALUE, "a number greater than 0");
    }
  }

  /** A real number in (0, 1]. */
  static final class Probability implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      return between(value, 1, "a number greater than 0 and at most 1");
    }
  }

  /** A real number, 0 or more. */
  static final class NotNegative implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      return value.matches("0+(\\.0*)?")
          ? 0
          : between(value, Double.MAX_VALUE, "a number of at least 0");
    }
  }

  /** A real number in [0, 1), also as a float32. */
  static final class BelowOne implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      String expected = "a number of at least 0 and less than 1";
      return value.matches("0+(\\.0*)?") ? 0 : between(value, Math.nextDown(1f), expected);
    }
  }

  /** A real number in (0, 1). */
  static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      return between(value, Math.nextDown(1.0), "a number more than 0 and less than 1");
    }
  }

  /** A share of the steps, or a number of them. */
  static final class WarmupLength implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      String expected = "a share below 1, or a whole number of steps";
      double length = value.matches("0+(\\.0*)?") ? 0 : between(value, Integer.MAX_VALUE, expected);
      if (length >= 1 && length != Math.rint(length)) {
        throw expected(expected);
      }
      return length;
    }
  }

  /** A way for the learning rate to fall. */
  static final class ScheduleName implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      return oneOf(value, Schedule.Shape.values(), Schedule.Shape::label);
    }
  }

  /** A number of evaluations. */
  static final class MeasureName implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      return oneOf(value, Measure.values(), Measure::label);
    }
  }

  /** Which weights are a training's result. */
  static final class KeepName implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      return oneOf(value, Watch.Keep.values(), Watch.Keep::label);
    }
  }

  private static <E> String oneOf(String value, E[] all, Function<E, String> label) {
    List<String> labels = Arrays.stream(all).map(label).toList();
    if (!labels.contains(value)) {
      throw expected("one of " + String.join(", ", labels));
    }
    return value;
  }

  private static int between(String value, int least, int most, String expected) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw expected(expected);
    }
    throw expected(expected);
  }

  private static double between(String value, double most, String expected) {
    // Double.parseDouble would take hexadecimal, a type suffix and blanks too.
    if (value.matches("[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?|[-+]?[0-9]+\\.")) {
      double number = Double.parseDouble(value);
      if (number > 0 && number <= most) {
        return number;
      }
    }
    throw expected(expected);
  }
}
