/**
 * What all analyses have in common.
 *
 * <p>An analysis is a function of a model, {@link vitrine.interp.Texts} and a spec of its own to a
 * {@link vitrine.interp.Result}: a record that owns its numbers, says where they come from ({@link
 * vitrine.interp.Provenance}), and gives them as JSON, table, arrays and pictures. Each analysis
 * has a package below this one.
 *
 * <p>Reading order: Texts, Provenance, Result, Repeatable; then any analysis,
 * vitrine.interp.attention being the smallest.
 */
@NullMarked
package vitrine.interp;

import org.jspecify.annotations.NullMarked;
