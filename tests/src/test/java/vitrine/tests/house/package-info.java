/**
 * The house's own rules, held by tests: which package may use which ({@link
 * vitrine.tests.house.ArchitectureTest}), how a file may look ({@link
 * vitrine.tests.house.TidyTest}), and the sum of a whole test run ({@link
 * vitrine.tests.house.TestSummary}).
 */
@NullMarked
package vitrine.tests.house;

import org.jspecify.annotations.NullMarked;
