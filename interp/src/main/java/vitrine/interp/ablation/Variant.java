package vitrine.interp.ablation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;

/**
 * Components that are switched off together.
 *
 * @param name for people and files; one no other has
 * @param off at least one
 */
public record Variant(String name, List<Component> off) {
  public Variant {
    off = List.copyOf(off);
  }

  static Variant of(Component one) {
    return new Variant(one.toString(), List.of(one));
  }

  /**
   * The plan that switches them off.
   *
   * @param portion of the texts that it is for
   * @param means where the files of reference means are; null when there are none
   */
  Plan plan(Treatment treatment, Portion portion, @Nullable Path means) {
    Plan plan = Plan.empty().seed(portion.seed());
    if (treatment instanceof Treatment.Reference && means != null) {
      for (Component each : off) {
        plan = plan.edit(each.site(), Edit.mean(ReferenceMeans.file(means, each)));
      }
      return plan;
    }
    Edit edit =
        switch (treatment) {
          case Treatment.Plain plain -> plain.edit();
          case Treatment.Resample _ -> Edit.resample(portion.donors());
          case Treatment.Reference _ ->
              throw new IllegalStateException("ablation: a reference without means");
        };
    for (Site site : sites(edit)) {
      plan = plan.edit(site, edit);
    }
    return plan;
  }

  /** Heads and neurons of one layer are one site, so that it is taken apart once. */
  private List<Site> sites(Edit edit) {
    Map<Integer, List<Integer>> heads = new LinkedHashMap<>();
    Map<Integer, List<Component.Neurons>> neurons = new LinkedHashMap<>();
    List<Site> sites = new ArrayList<>();
    for (Component each : off) {
      switch (each) {
        case Component.Head head ->
            heads.computeIfAbsent(head.layer(), _ -> new ArrayList<>()).add(head.head());
        case Component.Neurons some ->
            neurons.computeIfAbsent(some.layer(), _ -> new ArrayList<>()).add(some);
        case Component.Attention attention ->
            sites.add(
                edit instanceof Edit.Uniform ? Site.pattern(attention.layer()) : attention.site());
        case Component.Mlp _, Component.Block _, Component.Position _ -> sites.add(each.site());
      }
    }
    heads.forEach((layer, some) -> {
      Site whole = edit instanceof Edit.Uniform ? Site.pattern(layer) : Site.z(layer);
      sites.add(whole.heads(indices(some)));
    });
    neurons.forEach((layer, some) ->
        sites.add(
            some.size() == 1
                ? some.getFirst().site()
                : Site.mlpPost(layer)
                    .neurons(
                        indices(
                            some.stream()
                                .flatMapToInt(block -> IntStream.range(block.from(), block.to()))
                                .boxed()
                                .toList()))));
    return sites;
  }

  private static Indices indices(List<Integer> some) {
    return some.size() == 1
        ? Indices.of(some.getFirst())
        : Indices.list(some.stream().sorted().mapToInt(Integer::intValue).toArray());
  }

  /** Whether a text of that many tokens has all of it. */
  boolean isIn(int length) {
    return off.stream()
        .allMatch(each -> !(each instanceof Component.Position at) || at.position() < length);
  }
}
