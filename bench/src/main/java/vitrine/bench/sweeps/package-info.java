/**
 * What a sweep saves: every head of a model switched off, over some texts, as one sweep, as a loop
 * of full runs at the same batch size, and as people write it with PyTorch's hooks, text by text.
 *
 * <p>No time counts before both of ours were found equal to the bit, and PyTorch's near them.
 */
@NullMarked
package vitrine.bench.sweeps;

import org.jspecify.annotations.NullMarked;
