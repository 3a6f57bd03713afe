/**
 * The command line: arguments enter, an exit code and text leave.
 *
 * <p>{@link vitrine.app.Main} reads the arguments with picocli, runs one command of {@code
 * vitrine.app.commands} and turns whatever it throws into one line and an exit code ({@code
 * Failure}): 0 done, 1 internal error, 2 usage, 3 bad input, 4 not enough memory or disk. Reading
 * order: Main, Failure, then any command.
 */
@NullMarked
package vitrine.app;

import org.jspecify.annotations.NullMarked;
