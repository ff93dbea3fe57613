"""How the planning cases of the reference are computed."""

from collections.abc import Callable
from typing import Any

from pilots.statistics import planning


def power_sample_size(given: dict[str, Any]) -> dict[str, Any]:
    """The calls are named in the source of the case, which has no input of its own."""
    assert given == {}
    return {
        "n_prop": float(planning.sample_size_proportions(0.5, 0.75, power=0.9).n1),
        "power_prop_n50": float(planning.power_proportions(50, 0.5, 0.75)),
        "n_t": float(planning.sample_size_means(1, 1, power=0.9).n1),
        "power_t_n20": float(planning.power_means(20, 1, 1)),
        "pwr_d1_n30": float(planning.power_means(30, 1, 1, either_side=True)),
        "pwr_d01_n20": float(planning.power_means(20, 0.1, 1, either_side=True)),
    }


def sample_size_rpact(given: dict[str, Any]) -> dict[str, Any]:
    means, rates = given["means"], given["rates"]
    ni_rates, ni_means = given["ni_rates"], given["ni_means"]
    return {
        "means": planning.sample_size_means(
            means["delta"],
            means["sd"],
            alpha=means["alpha"],
            sided=means["sided"],
            power=1 - means["beta"],
            test="z" if means["normal_approx"] else "t",
        ).n,
        "rates": planning.sample_size_proportions(
            rates["p1"],
            rates["p2"],
            alpha=rates["alpha"],
            sided=rates["sided"],
            power=1 - rates["beta"],
        ).n,
        "ni_rates": planning.sample_size_proportions(
            ni_rates["p1"],
            ni_rates["p2"],
            margin=ni_rates["margin"],
            alpha=ni_rates["alpha"],
            sided=1,
            power=1 - ni_rates["beta"],
        ).n,
        "ni_means": planning.sample_size_means(
            ni_means["delta"],
            ni_means["sd"],
            margin=ni_means["margin"],
            alpha=ni_means["alpha"],
            sided=1,
            power=1 - ni_means["beta"],
        ).n,
    }


METHOD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "power_sample_size": power_sample_size
}
SERIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "sample_size_rpact": sample_size_rpact
}
