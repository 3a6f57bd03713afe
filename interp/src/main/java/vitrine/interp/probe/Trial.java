package vitrine.interp.probe;

import org.jspecify.annotations.Nullable;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Proportion;

/**
 * One probe, trained and tested, beside its control.
 *
 * @param classes what it tells apart
 * @param probe that was fitted
 * @param most the class that most training rows have; of equals the first
 * @param trainAccuracy on what it was fitted to
 * @param predictions for the test rows
 * @param own classes of the test rows
 * @param control the accuracy of the same probe on control labels; null without
 * @param code what the training labels take in bits; null where it was not asked for
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Trial(
    Classes classes,
    Probe probe,
    int most,
    double trainAccuracy,
    Predictions predictions,
    int[] own,
    @Nullable Control control,
    OnlineCode.@Nullable Length code) {

  /**
   * Labels that only memory could know (Hewitt and Liang 2019): one for each kind of word, drawn at
   * random.
   *
   * @param testAccuracy of a probe trained on them
   * @param trainAccuracy likewise, on what it was trained with
   */
  public record Control(double testAccuracy, double trainAccuracy) {}

  /**
   * Labels of a training and of a test set, as files have them.
   *
   * @param trainOperand what errors call them
   * @param testOperand likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  public record Labels(String trainOperand, long[] train, String testOperand, long[] test) {}

  /**
   * Trains and tests.
   *
   * @param train (n,d)
   * @param test (m,d)
   * @param control labels of the same rows; null for none
   * @param code how the training labels are coded; null for not at all
   * @throws vitrine.engine.InputException when labels do not fit the rows or each other
   */
  public static Trial of(
      ProbeKind kind,
      Features train,
      Features test,
      Labels labels,
      @Nullable Labels control,
      @Nullable OnlineCode code) {
    Directions directions = Directions.of(train);
    Fitted fitted = Fitted.of(kind, train, directions, test, labels);
    Fitted controlled = control == null ? null : Fitted.of(kind, train, directions, test, control);
    return new Trial(
        fitted.classes,
        fitted.probe,
        most(fitted.trained, fitted.classes.count()),
        fitted.trainAccuracy,
        fitted.predictions,
        fitted.own,
        controlled == null
            ? null
            : new Control(
                controlled.predictions.accuracy(controlled.own), controlled.trainAccuracy),
        code == null
            ? null
            : code.of(kind, train, directions, fitted.trained, fitted.classes.count()));
  }

  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  private record Fitted(
      Classes classes,
      Probe probe,
      int[] trained,
      double trainAccuracy,
      Predictions predictions,
      int[] own) {
    static Fitted of(
        ProbeKind kind, Features train, Directions directions, Features test, Labels labels) {
      Classes classes = Classes.of(labels.trainOperand(), labels.train());
      int[] trained = classes.of(labels.trainOperand(), labels.trainOperand(), labels.train());
      int[] own = classes.of(labels.testOperand(), labels.trainOperand(), labels.test());
      Probe probe = kind.fit(train, directions, trained, train.rows(), classes.count());
      return new Fitted(
          classes,
          probe,
          trained,
          probe.predict(train, trained).accuracy(trained),
          probe.predict(test, own),
          own);
    }
  }

  private static int most(int[] trained, int count) {
    int[] examples = new int[count];
    int most = 0;
    for (int k : trained) {
      examples[k]++;
    }
    for (int k = 1; k < count; k++) {
      most = examples[k] > examples[most] ? k : most;
    }
    return most;
  }

  /** Of always saying the class that most training rows have: the share of test rows. */
  public double majorityAccuracy() {
    return confusion().examples(most) / (double) own.length;
  }

  /** On the test rows, with Wilson's interval: rows are taken not to depend on each other. */
  public Interval testAccuracy() {
    int right = 0;
    for (int i = 0; i < own.length; i++) {
      right += predictions.predicted()[i] == own[i] ? 1 : 0;
    }
    return Proportion.wilson(right, own.length, Interval.USUAL_LEVEL);
  }

  /** Test accuracy less the control's; not a number without a control. */
  public double selectivity() {
    return control == null ? Double.NaN : testAccuracy().estimate() - control.testAccuracy();
  }

  public Confusion confusion() {
    return Confusion.of(classes.count(), own, predictions.predicted());
  }
}
