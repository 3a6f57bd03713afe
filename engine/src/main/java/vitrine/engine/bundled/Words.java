package vitrine.engine.bundled;

import java.util.List;

/**
 * The words that are one token each; chosen by hand among the commonest of English, for prompts
 * people write.
 */
final class Words {
  private static final String COMMON =
      """
      the of and to in is it was he she for on are with as his her they at be this have from or
      one had by but not what all were we when your can said there use an each which do how their
      if will up other about out many then them these so some would make like him into time has
      look two more write go see number no way could people my than first water been call who now
      find long down day did get come made may part over new sound take only little work know
      place year live me back give most very after thing our just name good man think say great
      where help through much before line right too mean old any same tell boy girl follow came
      want show around three small set put end does another well large must big even such because
      turn here why ask went men read need land home us move try kind hand picture again change
      off play spell air away animal house point page letter mother father answer found study
      still learn should world high every near add food between own below country plant last
      school keep tree never start city earth eye light thought head under story saw left few
      while along might close something seem next hard open example begin life always those both
      paper together got group often run important until child side feet car mile night walk white
      sea began grow took river four carry state once book hear stop without second later miss
      idea enough eat face watch far really almost let above sometimes mountain cut young talk
      soon list song being leave family body music color stand sun question fish area dog cat
      horse bird mat sat red blue green black door room king queen friend money cold hot fire snow
      rain wind star moon love heart word hello yes please thank happy sad
      """;

  private static final String SENTENCE_STARTS =
      """
      The In It He She They We You This That There When If But And For On At As One What How
      Who Why Where Once Then My Our Alice Bob John Mary Tom Anna London Paris Rome Berlin Monday
      Tuesday Wednesday Thursday Friday Saturday Sunday Hello Yes No
      """;

  /** Every letter is a token of one byte anyway; here, so that it is one after a space too. */
  private static final String LETTERS =
      "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"
          + " a b c d e f g h i j k l m n o p q r s t u v w x y z";

  private static final String SIGNS = ". , ! ? : ; - ( ) \" ' 0 1 2 3 4 5 6 7 8 9";

  private Words() {}

  /**
   * Every word and sign, without its leading space, in the order in which the tokenizer is taught
   * them.
   */
  static List<String> all() {
    return List.of(String.join(" ", COMMON, SENTENCE_STARTS, LETTERS, SIGNS).strip().split("\\s+"));
  }
}
