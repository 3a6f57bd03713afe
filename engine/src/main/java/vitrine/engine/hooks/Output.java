package vitrine.engine.hooks;

import java.util.List;

/**
 * One output of a model.
 *
 * @param tap which
 * @param axes its axes, outermost first
 * @param classes C, the length of the class axis; 0 where there is none
 */
public record Output(Tap tap, List<Axis> axes, int classes) {
  public Output {
    axes = List.copyOf(axes);
  }

  /** (B,T,V). */
  public static Output vocabulary(Tap tap) {
    return new Output(tap, List.of(Axis.BATCH, Axis.POSITION, Axis.TOKEN), 0);
  }

  /** (B,C). */
  public static Output classes(Tap tap, int classes) {
    return new Output(tap, List.of(Axis.BATCH, Axis.CLASS), classes);
  }

  /** (B,T,C). */
  public static Output tokenClasses(Tap tap, int classes) {
    return new Output(tap, List.of(Axis.BATCH, Axis.POSITION, Axis.CLASS), classes);
  }

  /** (B,T). */
  public static Output positions(Tap tap) {
    return new Output(tap, List.of(Axis.BATCH, Axis.POSITION), 0);
  }

  /** The pooler's (B,D). */
  public static Output pooled() {
    return new Output(Tap.POOLED, List.of(Axis.BATCH, Axis.DIM), 0);
  }
}
