package vitrine.interp.pictures;

import java.util.List;

/**
 * A text whose tokens have a number each, as the colour behind them.
 *
 * @param tokens in reading order
 * @param cells what the numbers are
 * @param values one row, a number a token
 * @param scale from numbers to colours
 */
public record TokenStrip(
    Caption caption, List<String> tokens, Quantity cells, Grid values, Scale scale)
    implements Picture {
  public TokenStrip {
    tokens = List.copyOf(tokens);
    if (values.rows() != 1 || values.columns() != tokens.size()) {
      throw new IllegalArgumentException(
          "token strip: " + tokens.size() + " tokens for " + values + "; expected one each");
    }
  }
}
