"""The martingales behind the intervals, by numerical integration instead of closed forms."""

import math

from scipy import integrate, stats


def normal_mixture(difference: float, variance: float, mixing: float) -> float:
    """How much likelier the difference is under effects N(0, mixing) than under none."""

    def likelihood(effect: float) -> float:
        return stats.norm.pdf(difference, effect, math.sqrt(variance)) * stats.norm.pdf(
            effect, 0, math.sqrt(mixing)
        )

    reach = 12 * math.sqrt(mixing + variance)
    above, _error = integrate.quad(likelihood, -reach, reach, points=[0, difference], limit=400)
    return float(above / stats.norm.pdf(difference, 0, math.sqrt(variance)))


def student_mixture(t: float, degrees: int, information: float, precision: float) -> float:
    """The same for a t statistic: its noncentral density averaged over effects in standard
    deviations N(0, 1/precision), against its central one."""

    def likelihood(effect: float) -> float:
        shift = effect * math.sqrt(information)
        return stats.nct.pdf(t, degrees, shift) * stats.norm.pdf(effect, 0, precision**-0.5)

    reach = 8 / math.sqrt(precision)
    above, _error = integrate.quad(likelihood, -reach, reach, points=[0], limit=400)
    return float(above / stats.t.pdf(t, degrees))
