"""Before a pilot starts: how many units, how many weeks, how small a change can be found.

    proportions  one and two proportions; non-inferiority
    means        one, two and paired means, t exactly; non-inferiority
    equivalence  showing that a difference lies between two margins
    exact        proportions and rates without the normal approximation
    rates        events per exposure, overdispersed too
    clusters     units that come in clusters: design effect, number of clusters
    looks        what planned looks, or looking at any time, cost in sample size
    baseline     what a weekly baseline tells a plan
    weeks        weeks to an answer, from the pilot's own baseline
    plan         what a plan is

Conventions. Group 1 is the changed one, group 2 the comparison; an effect is group 1 minus group
2, and `ratio` is n1/n2 (rpact's allocation ratio; statsmodels has n2/n1). `margin` is the
difference under the null hypothesis: 0 for superiority, for non-inferiority −0.1 where higher is
better and losing a tenth would still do (rpact's thetaH0). A test is two-sided by default; give
`sided=1, alpha=0.025` for non-inferiority. Sample sizes come unrounded, as R gives them; `units`
of a plan are rounded up. Every argument may be an array of scenarios; they are broadcast.

Fork: the power of a two-sided test counts rejecting on the side of the effect (R's power.t.test
and power.prop.test with strict = FALSE, rpact); `either_side=True` counts both (strict = TRUE,
pwr, statsmodels). It matters only where power is near alpha.
"""

from pilots.statistics.planning.clusters import (
    ClusterPlan,
    clusters_needed,
    design_effect,
    size_of_clusters,
)
from pilots.statistics.planning.equivalence import (
    power_equivalence_means,
    power_equivalence_proportions,
    sample_size_equivalence_means,
    sample_size_equivalence_proportions,
)
from pilots.statistics.planning.exact import (
    power_one_proportion_exact,
    power_proportions_exact,
    power_rates_exact,
    sample_size_one_proportion_exact,
)
from pilots.statistics.planning.looks import (
    LooksPlan,
    with_any_time,
    with_looks,
)
from pilots.statistics.planning.means import (
    detectable_means,
    power_means,
    sample_size_means,
    sd_of_differences,
)
from pilots.statistics.planning.plan import Plan
from pilots.statistics.planning.proportions import (
    detectable_proportions,
    power_proportions,
    restricted_proportions,
    sample_size_one_proportion,
    sample_size_proportions,
)
from pilots.statistics.planning.rates import (
    detectable_rates,
    power_rates,
    sample_size_rates,
)
from pilots.statistics.planning.weeks import (
    WeeksPlan,
    weeks_for_proportions,
    weeks_for_rates,
    weeks_for_values,
)

__all__ = [
    "ClusterPlan",
    "LooksPlan",
    "Plan",
    "WeeksPlan",
    "clusters_needed",
    "design_effect",
    "detectable_means",
    "detectable_proportions",
    "detectable_rates",
    "power_equivalence_means",
    "power_equivalence_proportions",
    "power_means",
    "power_one_proportion_exact",
    "power_proportions",
    "power_proportions_exact",
    "power_rates",
    "power_rates_exact",
    "restricted_proportions",
    "sample_size_equivalence_means",
    "sample_size_equivalence_proportions",
    "sample_size_means",
    "sample_size_one_proportion",
    "sample_size_one_proportion_exact",
    "sample_size_proportions",
    "sample_size_rates",
    "sd_of_differences",
    "size_of_clusters",
    "weeks_for_proportions",
    "weeks_for_rates",
    "weeks_for_values",
    "with_any_time",
    "with_looks",
]
