package vitrine.interp;

import java.util.List;

/** A result that tells the runs it was made of, one by one. */
public interface Repeatable extends Result {
  /** At least one, in the order in which they were run. */
  List<PlannedRun> runs();
}
