/**
 * Statistics that come with every number: how sure a mean over examples is, whether a difference
 * could be chance, and which of many are left when all are looked at.
 *
 * <p>Enters: arrays of doubles, one number a unit. Leaves: {@link vitrine.interp.stats.Interval}s
 * and p-values. Reading order: Sums, Sample, Interval, Resampling (and Bca), Proportion,
 * Correlation, PairedTest, SignFlips, SignedRank, Holm.
 *
 * <p>The unit that is resampled is the sentence: the tokens of one depend on each other, so that an
 * interval over tokens would be too narrow. Whatever is random is a function of the seed and of
 * counters ({@link vitrine.engine.data.Draw}): the same bits on every machine, in any order.
 *
 * <p>Rules for what has no good answer, here once for all:
 *
 * <ul>
 *   <li>NaN in gives NaN out. It is never dropped, because who drops it must say so.
 *   <li>No numbers at all: the estimate is NaN, with n = 0.
 *   <li>Fewer than two units: they say nothing of their spread; standard deviation and the ends of
 *       an interval are NaN.
 *   <li>All numbers the same: the standard deviation is exactly 0 and an interval is its point; a
 *       correlation with them is undefined, NaN.
 *   <li>Two arrays of unequal length are a programmer's error: {@link IllegalArgumentException}.
 * </ul>
 */
@NullMarked
package vitrine.interp.stats;

import org.jspecify.annotations.NullMarked;
