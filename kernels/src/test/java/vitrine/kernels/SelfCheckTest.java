package vitrine.kernels;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelfCheckTest {
  @Test
  void should_pass_when_the_kernels_are_compiled() {
    for (KernelsProvider provider : Backends.all()) {
      try (Kernels kernels = provider.open(1)) {
        SelfCheck check = SelfCheck.run(kernels, provider.leastGflops());
        assertTrue(check.passed(), provider.name() + ": " + check.summary());
        assertTrue(check.summary().endsWith("GFLOP/s"), check.summary());
      }
    }
  }

  @Test
  void should_tell_the_flag_when_too_slow() {
    SelfCheck slow = new SelfCheck(0.4, 8);
    assertFalse(slow.passed());
    assertTrue(slow.summary().contains("0.400 GFLOP/s; expected at least 8"), slow.summary());
    assertTrue(slow.summary().contains("-XX:CompilationMode=high-only"), slow.summary());
  }

  @Test
  void should_tell_what_to_leave_out_when_the_jvm_was_told_not_to_compile() {
    String interpreted = SelfCheck.cure("interpreted mode, sharing", List.of());
    assertTrue(interpreted.contains("without -Xint"), interpreted);
    String quick = SelfCheck.cure("mixed mode, emulated-client, sharing", List.of());
    assertTrue(quick.contains("without -XX:TieredStopAtLevel"), quick);
  }

  @Test
  void should_name_the_option_when_it_was_the_users_own() {
    for (String option :
        List.of("-XX:TieredStopAtLevel=2", "-XX:CompilationMode=quick-only", "-XX:UseAVX=0")) {
      String cure = SelfCheck.cure("mixed mode, sharing", List.of("-Xmx1g", option, "-ea"));
      assertTrue(cure.endsWith("without " + option), cure);
    }
  }
}
