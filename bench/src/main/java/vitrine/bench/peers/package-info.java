/**
 * The engine and its peers, side by side. {@link vitrine.bench.peers.Cases} is the list of what is
 * measured; {@link vitrine.bench.peers.Peers} the command; {@link vitrine.bench.peers.Tables} makes
 * tables from a report, which is JSON and holds every sample.
 *
 * <p>Every engine runs in a process of its own, so that its memory is its own. All of a case's
 * processes are started, their outputs compared, and then they take turns, round by round.
 */
@NullMarked
package vitrine.bench.peers;

import org.jspecify.annotations.NullMarked;
