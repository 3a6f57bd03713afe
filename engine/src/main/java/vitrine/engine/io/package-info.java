/**
 * Files. Of arrays: {@link vitrine.engine.io.Npy} reads and writes numpy's {@code .npy}, the form
 * in which runs keep values and edits take them. And texts that people give: {@link
 * vitrine.engine.io.TextFile}.
 */
@NullMarked
package vitrine.engine.io;

import org.jspecify.annotations.NullMarked;
