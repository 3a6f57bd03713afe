/**
 * Probing classifiers: how much of something a representation holds in a form that a simple
 * classifier can read (Alain and Bengio 2017), with the controls without which the answer means
 * little (Hewitt and Liang 2019; Voita and Titov 2020).
 *
 * <p>In: a matrix of representations, a row an example ({@link vitrine.interp.probe.Features}), and
 * a class for each. {@link vitrine.interp.probe.LogisticRegression} fits the linear probe exactly;
 * {@link vitrine.interp.probe.OnlineCode} tells how many bits the labels take. Out: a {@link
 * vitrine.interp.probe.ProbeResult}.
 */
@NullMarked
package vitrine.interp.probe;

import org.jspecify.annotations.NullMarked;
