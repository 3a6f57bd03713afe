/**
 * Files of arrays: {@link vitrine.engine.io.Npy} reads and writes numpy's {@code .npy}, the form in
 * which runs keep values and edits take them.
 */
@NullMarked
package vitrine.engine.io;

import org.jspecify.annotations.NullMarked;
