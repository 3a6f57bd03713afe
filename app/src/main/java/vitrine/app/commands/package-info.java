/**
 * The commands, one class each: options in, a result printed or written. A command throws; {@code
 * vitrine.app.Main} says what it threw and chooses the exit code.
 *
 * <p>A new command is one class that implements {@link vitrine.app.commands.Command}, and one line
 * in {@link vitrine.app.commands.Commands}; an analysis takes {@code ModelInput} and {@code
 * ResultOptions} as its mixins. Reading order: Common, ModelSource, InputSource, ModelInput, then
 * the commands.
 */
@NullMarked
package vitrine.app.commands;

import org.jspecify.annotations.NullMarked;
