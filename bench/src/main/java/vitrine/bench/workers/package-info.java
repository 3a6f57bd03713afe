/**
 * An engine under measurement, alone in a process. {@link vitrine.bench.workers.Worker} reads
 * requests as JSON lines on standard input, lets its {@link vitrine.bench.workers.Engine} do the
 * {@link vitrine.bench.workers.Work}, and answers with the times that it took. {@code peer.py}
 * speaks the same lines.
 */
@NullMarked
package vitrine.bench.workers;

import org.jspecify.annotations.NullMarked;
