package vitrine.interp.patching;

import java.util.List;
import java.util.SequencedMap;
import vitrine.engine.hooks.Plan;
import vitrine.interp.Result;

/** What patching found, with the plans that repeat it. */
public sealed interface Patched extends Result permits PatchingResult, PathResult {
  /** The pairs that were run. */
  List<PromptPair> pairs();

  /** Which run was patched. */
  Direction direction();

  /**
   * The plan of each run of a pair but the two that values are read from, in an order in which they
   * can be run: edits name the directories {@code clean}, {@code corrupted} and, of paths, {@code
   * by-L.H}.
   *
   * @param pair its place
   * @return by names that can be names of files
   */
  SequencedMap<String, Plan> plans(int pair);
}
