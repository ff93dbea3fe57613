"""The martingales behind the intervals, by numerical integration instead of closed forms, and
what is read from them, by plain loops."""

import math
from collections.abc import Callable

from scipy import integrate, optimize, stats


def normal_mixture(difference: float, variance: float, mixing: float) -> float:
    """How much likelier the difference is under effects N(0, mixing) than under none."""

    def likelihood(effect: float) -> float:
        return float(
            stats.norm.pdf(difference, effect, math.sqrt(variance))
            * stats.norm.pdf(effect, 0, math.sqrt(mixing))
        )

    reach = 12 * math.sqrt(mixing + variance)
    above, _error = integrate.quad(likelihood, -reach, reach, points=[0, difference], limit=400)
    return float(above / stats.norm.pdf(difference, 0, math.sqrt(variance)))


def student_mixture(t: float, degrees: int, information: float, precision: float) -> float:
    """The same for a t statistic: its noncentral density averaged over effects in standard
    deviations N(0, 1/precision), against its central one."""

    def likelihood(effect: float) -> float:
        shift = effect * math.sqrt(information)
        return float(stats.nct.pdf(t, degrees, shift) * stats.norm.pdf(effect, 0, precision**-0.5))

    reach = 8 / math.sqrt(precision)
    above, _error = integrate.quad(likelihood, -reach, reach, points=[0], limit=400)
    return float(above / stats.t.pdf(t, degrees))


def one_sided_normal_mixture(total: float, variance: float, rho: float) -> float:
    """exp(λS − λ²V/2) averaged over λ from the upper half of N(0, 1/ρ)."""

    def weighed(drift: float) -> float:
        growth = math.exp(drift * total - drift**2 * variance / 2)
        return float(2 * growth * stats.norm.pdf(drift, 0, rho**-0.5))

    peak = max(total, 0) / (variance + rho)
    width = (variance + rho) ** -0.5
    found, _error = integrate.quad(weighed, 0, peak + 40 * width, points=[peak], limit=400)
    return float(found)


def sub_gamma_mixture(total: float, variance: float, rho: float, c: float, kind: str) -> float:
    """exp(λS − ψ(λ)V) averaged over λ: ψ of exponential and of Poisson sums, with the conjugate
    density of λ, normalised by integration too."""

    def psi(drift: float) -> float:
        if kind == "exponential":
            return (-math.log(1 - c * drift) - c * drift) / c**2
        return (math.exp(c * drift) - c * drift - 1) / c**2

    top = 1 / c if kind == "exponential" else 6 * (rho**-0.5 + 1)
    # The conjugate density is exp(−ρψ(λ)) for both, up to the Jacobian of the gamma variable.
    jacobian = (lambda drift: 1 / (1 - c * drift)) if kind == "exponential" else (lambda drift: 1.0)

    def density(drift: float) -> float:
        return math.exp(-rho * psi(drift)) * jacobian(drift)

    def weighed(drift: float) -> float:
        return math.exp(drift * total - variance * psi(drift)) * density(drift)

    inside = [top * part for part in (1e-4, 1e-3, 1e-2, 0.1, 0.3)]
    above, _error = integrate.quad(weighed, 0, top * (1 - 1e-12), points=inside, limit=800)
    whole, _error = integrate.quad(density, 0, top * (1 - 1e-12), points=inside, limit=800)
    return float(above / whole)


def log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def log_beta_binomial(successes: float, trials: float, p: float, precision: float) -> float:
    """Log of the likelihood averaged over Beta(factor·p, factor·(1−p)) against that under p."""
    factor = max(precision - 1, 1e-3)
    a, b = factor * p, factor * (1 - p)
    averaged = log_beta(a + successes, b + (trials - successes)) - log_beta(a, b)
    return averaged - successes * math.log(p) - (trials - successes) * math.log1p(-p)


def log_gamma_poisson(events: float, exposure: float, rate: float, b: float) -> float:
    """The same for counts: the negative binomial count of a gamma-mixed rate against Poisson."""
    a = rate * b
    averaged = math.lgamma(a + events) - math.lgamma(a)
    averaged += a * math.log(b / (b + exposure)) + events * math.log(exposure / (b + exposure))
    return averaged - events * math.log(rate * exposure) + rate * exposure


def interval(
    log_e_value: Callable[[float], float], at: float, low: float, high: float, alpha: float
) -> tuple[float, float]:
    """The ends of the stretch around `at` in which the e-value stays below 1/alpha."""

    def beyond(candidate: float) -> float:
        return log_e_value(candidate) + math.log(alpha)

    tiny = 1e-13
    start = min(max(at, low + tiny), high - tiny)
    lower, upper = low, high
    if start > low + tiny and beyond(low + tiny) > 0:
        lower = optimize.brentq(beyond, low + tiny, start, xtol=1e-14)
    if start < high - tiny and beyond(high - tiny) > 0:
        upper = optimize.brentq(beyond, start, high - tiny, xtol=1e-14)
    return lower, upper


def least_evidence(
    difference: float, arms: tuple[tuple[float, float], tuple[float, float]], precision: float
) -> float:
    """The smallest product of both arms' e-values over a grid of pairs this far apart."""
    (xc, nc), (xt, nt) = arms
    low, high = max(0.0, -difference), min(1.0, 1 - difference)
    lowest = math.inf
    for step in range(1, 1000):
        # Denser towards both ends, where the smallest may hide when an arm has no events.
        p = low + (high - low) * math.sin(math.pi / 2 * step / 1000) ** 2
        lowest = min(
            lowest,
            log_beta_binomial(xc, nc, p, precision)
            + log_beta_binomial(xt, nt, p + difference, precision),
        )
    return lowest


def always_valid_p(log_p: list[float]) -> list[float]:
    smallest, found = 1.0, []
    for one in log_p:
        if not math.isnan(one):
            smallest = min(smallest, math.exp(min(one, 0.0)))
        found.append(smallest)
    return found


def look_check(total: list[float], n: list[float], variance: float) -> tuple[float, float]:
    """Dispersion and lag-1 autocorrelation of the parts between looks, NaN below eight of them."""
    kept = [(s, m) for s, m in zip(total, n, strict=True) if not (math.isnan(s) or math.isnan(m))]
    parts, before = [], (0.0, 0.0)
    for s, m in kept:
        if m > before[1]:
            parts.append((s - before[0], m - before[1]))
        before = (s, m)
    whole = sum(m for _s, m in parts)
    if len(parts) < 8 or variance <= 0:
        return math.nan, math.nan
    mean = sum(s for s, _m in parts) / whole
    z = [(s - mean * m) / math.sqrt(variance * m) for s, m in parts]
    square = sum(one**2 for one in z)
    if square == 0:
        return math.nan, math.nan
    product = sum(one * other for one, other in zip(z[1:], z[:-1], strict=True))
    return square / (len(z) - 1), product / square
