package vitrine.engine.hooks;

import vitrine.kernels.Kernels;
import vitrine.kernels.Workspace;

/** Where an edit happens. Valid during {@link EditFunction#apply} only. */
public interface EditContext {
  /** The backend that computes this run. */
  Kernels kernels();

  /** The run's memory, for temporary tensors. */
  Workspace workspace();

  Architecture architecture();

  /** The site being edited, with a single layer; {@link Site#layers()} tells which. */
  Site site();

  /** B. */
  int batch();

  /** T, padding included. */
  int length();

  /** Whether that position of that example is a real token, not padding. */
  boolean isReal(int example, int position);

  /** The plan's seed. */
  long seed();
}
