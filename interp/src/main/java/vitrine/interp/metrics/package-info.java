/**
 * What is measured of a model when something in it is changed: one number an example, read from the
 * outcomes of a sweep.
 *
 * <p>Enters: a {@link vitrine.interp.metrics.Metric}, by its spelling or made in code; a batch.
 * Leaves: numbers of each example, and what they come to over any choice of examples. Reading
 * order: Metric, MetricParser, Asks, RowLengths, Measurement, Scoring, Summary.
 *
 * <p>Positions are those of each example: from 0, or negative from the end of <em>its own</em>
 * tokens, so that -1 is the last token of every text of a file, whatever else runs beside it. (A
 * {@link vitrine.engine.hooks.Loss} counts from the end of the padded row instead.) A head with one
 * output for the whole text has position 0 alone.
 */
@NullMarked
package vitrine.interp.metrics;

import org.jspecify.annotations.NullMarked;
