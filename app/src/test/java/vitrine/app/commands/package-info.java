/** Tests. */
@NullMarked
package vitrine.app.commands;

import org.jspecify.annotations.NullMarked;
