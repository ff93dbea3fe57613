"""What is said of a plan, in the words of the ward; and what keeps it from being said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules.numbers import number, percent
from pilots.metrics.figures import Figures
from pilots.metrics.queries import length
from pilots.planning.forecast import EVEN, USUAL, Forecast
from pilots.planning.simulation import HORIZON, PILOTS
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL

# A chance is written in whole percent, and never as certain.
RARELY, NEARLY = 0.01, 0.99
# How far apart two numbers of weeks must be until it is said.
APART = 0.25
LIKE_NEIGHBOURS = 0.2
DRIFTING = 3.0


def chance(share: float) -> str:
    if share < RARELY:
        return _("less than 1%")
    if share > NEARLY:
        return _("more than 99%")
    return percent(share)


def no_points(known: int) -> str:
    return ngettext(
        "Pull the baseline first: %(needed)s points are needed, there is %(known)s.",
        "Pull the baseline first: %(needed)s points are needed, there are %(known)s.",
        known,
    ) % {"needed": MIN_POINTS_OF_A_LEVEL, "known": known}


def refusal(refused: Mapping[str, Any]) -> str:
    """Why nothing can be foreseen from this baseline."""
    facts = refused.get("facts", {})
    code = refused.get("code")
    if code == "few_points":
        return no_points(int(facts["points"]))
    return {
        "few_events": _(
            "It cannot be said: %(events)s events in the baseline, and it takes %(needed)s to plan with."
            " Pull a longer baseline, or count something that happens more often."
        )
        % {"events": facts.get("events"), "needed": facts.get("needed")},
        "no_variation": _(
            "It cannot be said: every point of the baseline has the same value, so what is usual"
            " variation is unknown. Check what the source sends."
        ),
        "no_sites": _(
            "It cannot be said: it is to be compared with other sites, and none that has numbers is chosen."
        ),
        "exactly_alike": _(
            "It cannot be said: the sites moved exactly alike, so what is usual variation is unknown."
        ),
        "autocorrelated": _(
            "No answer will come: neighbouring points are so alike that drift and change cannot be told"
            " apart, however long the pilot runs. Compare with other sites, or measure something else."
        ),
    }.get(str(code), _("It cannot be said from this baseline."))


def no_verdict() -> str:
    return _(
        "No verdict will be given, however long it runs: the plan does not say from what it is known that"
        " the number would stay as it is without the pilot."
    )


def answer(forecast: Forecast, *, cadence: str, steady: bool) -> str:
    """Whether the plan can be answered in its time, in a sentence or two."""
    if not steady and not forecast.modelled:
        return no_verdict()
    if forecast.promised is None:
        return _without_promise(forecast, cadence)
    if forecast.planned is None or forecast.chance is None:
        return f"{_when(forecast, cadence)} {_('Set the dates, and it is said whether they are enough.')}"
    facts = {"time": length(forecast.planned, cadence), "chance": chance(forecast.chance)}
    if forecast.chance >= USUAL:
        return (
            _(
                "With %(time)s the chance of an answer is %(chance)s, if the promised effect is real."
            )
            % facts
        )
    said = (
        _(
            "With %(time)s the chance of an answer is %(chance)s, even if the promised effect is real."
        )
        % facts
    )
    if forecast.usual_at is not None:
        needed = _("It takes %(needed)s for a chance of %(usual)s.") % {
            "needed": length(forecast.usual_at, cadence),
            "usual": percent(USUAL),
        }
    else:
        needed = _("Not even %(long)s are enough for %(usual)s.") % {
            "long": length(HORIZON, cadence),
            "usual": percent(USUAL),
        }
    return f"{said} {needed}"


def _without_promise(forecast: Forecast, cadence: str) -> str:
    if forecast.from_target:
        return _(
            "The baseline is at the target already, so reaching it would be no change to find."
        )
    if forecast.least is None or forecast.planned is None:
        return _(
            "Neither a target nor a smallest difference that matters is planned, so there is no effect to"
            " be found."
        )
    return _(
        "No effect is promised: neither a target nor a smallest difference that matters is planned."
    )


def _when(forecast: Forecast, cadence: str) -> str:
    """When an answer is as likely as not, and when likely."""
    if forecast.even_at is None:
        return _("Even after %(long)s an answer is less likely than not.") % {
            "long": length(HORIZON, cadence)
        }
    even = {"even": length(forecast.even_at, cadence), "half": percent(EVEN)}
    if forecast.usual_at is None:
        return _("The chance of an answer is %(half)s after %(even)s.") % even
    if forecast.usual_at == forecast.even_at:
        return _("The chance of an answer is above %(usual)s after %(long)s already.") % {
            "usual": percent(USUAL),
            "long": length(forecast.usual_at, cadence),
        }
    return _("The chance of an answer is %(half)s after %(even)s and %(usual)s after %(long)s.") % {
        **even,
        "usual": percent(USUAL),
        "long": length(forecast.usual_at, cadence),
    }


def by_time(forecast: Forecast, cadence: str) -> str:
    return _when(forecast, cadence)


def by_effect(forecast: Forecast, figures: Figures, cadence: str) -> str:
    """The least effect that is found in the planned time."""
    if forecast.planned is None:
        return ""
    time = length(forecast.planned, cadence)
    if forecast.least is None:
        return _("In %(time)s no effect, however large, is found with a chance of %(usual)s.") % {
            "time": time,
            "usual": percent(USUAL),
        }
    said = _("In %(time)s a change of %(least)s is found with a chance of %(usual)s, a smaller one less often.") % {
        "time": time,
        "least": figures.difference(forecast.least),
        "usual": percent(USUAL),
    }  # fmt: skip
    if forecast.promised is None:
        return said
    return _("%(said)s The plan promises %(promised)s.") % {
        "said": said,
        "promised": figures.difference(forecast.promised),
    }


def by_sites(forecast: Forecast) -> str:
    found = {int(sites): share for sites, share in forecast.by_sites}
    here = max(forecast.sites, 1)
    more = min((sites for sites in found if sites >= 2 * here), default=None)
    if here not in found or more is None:
        return ""
    said = ngettext(
        "With %(sites)s site the chance is %(chance)s, with %(more)s it would be %(then)s.",
        "With %(sites)s sites the chance is %(chance)s, with %(more)s it would be %(then)s.",
        here,
    ) % {
        "sites": here,
        "chance": chance(found[here]),
        "more": more,
        "then": chance(found[more]),
    }
    return _("%(said)s Each is taken to bring as many cases; what weeks differ by at all sites alike stays.") % {
        "said": said
    }  # fmt: skip


def by_looks(forecast: Forecast, cadence: str) -> str:
    """Whether it matters how often it is looked at."""
    looked = forecast.looked
    always, last = looked.get("always"), looked.get("last")
    if always is None or last is None:
        return ""
    little = abs(always - (looked.get("seldom") or 0.0)) < 0.05
    facts = {"always": chance(always), "last": chance(last)}
    if little:
        said = _(
            "How often it is looked at matters little: %(always)s at every number, %(last)s if only at the"
            " end. The interval holds at every look, so each may be the last."
        )
    else:
        said = _(
            "Looked at with every number the chance is %(always)s, only at the end %(last)s. The interval"
            " holds at every look, so each may be the last."
        )
    return said % facts


def by_schedule(forecast: Forecast, cadence: str) -> str:
    """What it costs that every number may be read, beside looks planned beforehand."""
    always = forecast.looked.get("always")
    few = forecast.schedules[:-1]
    if always is None or not few or forecast.planned is None:
        return ""
    looks, share, _without = few[-1]
    return ngettext(
        "Looked at with every number, an answer within %(time)s has a chance of %(always)s; at %(looks)s look planned"
        " beforehand %(share)s. Planned looks hold only where nobody decides by what was seen in between.",
        "Looked at with every number, an answer within %(time)s has a chance of %(always)s; at %(looks)s looks planned"
        " beforehand %(share)s. Planned looks hold only where nobody decides by what was seen in between.",
        int(looks),
    ) % {
        "time": length(forecast.planned, cadence),
        "always": chance(always),
        "looks": number(int(looks), 0),
        "share": chance(share),
    }


def harm(forecast: Forecast, figures: Figures, cadence: str) -> str:
    """How soon a guardrail would say harm."""
    found = forecast.harm
    if not found or found.get("to") is None:
        return _("It has no limit yet, so no harm signal can come.")
    level = figures.write(found["to"])
    if found.get("median") is None:
        said = _("If it went to %(level)s, a harm signal would not come in most years.") % {
            "level": level
        }
    else:
        said = _("If it went to %(level)s from the first day on, a harm signal would come after %(time)s in half of all cases.") % {
            "level": level,
            "time": length(round(found["median"] or 0), cadence),
        }  # fmt: skip
    if forecast.planned is not None and found.get("by_end") is not None:
        said = _("%(said)s By the planned end it would have come in %(share)s.") % {
            "said": said,
            "share": chance(found["by_end"] or 0.0),
        }
    if found.get("beyond_already"):
        said = _("%(said)s Its baseline is beyond the limit already.") % {"said": said}
    return said


def seen(forecast: Forecast, figures: Figures, cadence: str) -> str:
    """The baseline in a sentence: level, points, cases, spread."""
    facts = {
        "level": figures.write(forecast.level),
        "time": length(forecast.known, cadence),
        "spread": figures.difference(forecast.spread),
    }
    if forecast.cases:
        facts["cases"] = number(forecast.cases, 0)
        return (
            _("%(level)s over %(time)s of baseline, %(cases)s cases each on average; points differ by %(spread)s (standard deviation).")
            % facts
        )  # fmt: skip
    return (
        _("%(level)s over %(time)s of baseline; points differ by %(spread)s (standard deviation).")
        % facts
    )


def remarks(forecast: Forecast, figures: Figures, cadence: str) -> list[str]:
    """What a reader must know about the answer."""
    found = [
        _("%(pilots)s pilots like this one were simulated and judged at every look as this one will be; a chance is known to within about two points.")
        % {"pilots": number(PILOTS, 0)}
    ]  # fmt: skip
    if forecast.to_come:
        found.append(
            _(
                "%(time)s of the baseline are still to come, and taken to be like those that are known."
            )
            % {"time": length(forecast.to_come, cadence)}
        )
    if forecast.known < 2 * MIN_POINTS_OF_A_LEVEL:
        off = 1 / (2 * (forecast.known - 1)) ** 0.5
        found.append(
            _(
                "From so few points their spread is known to within %(off)s only, and so is the answer."
            )
            % {"off": percent(off)}
        )
    if forecast.alike >= LIKE_NEIGHBOURS:
        found.append(
            _(
                "Neighbouring points resemble each other (autocorrelation %(r)s), so it takes longer."
            )
            % {"r": number(forecast.alike, 1)}
        )
    found.append(_season(forecast, figures))
    if abs(forecast.drifts) > DRIFTING and not forecast.modelled:
        found.append(
            _("The baseline is %(way)s; what is foreseen from its mean is not to be trusted.")
            % {"way": _("rising") if forecast.drifts > 0 else _("falling")}
        )
    if forecast.without_effect is not None and forecast.without_effect > 0.05:
        found.append(
            _("Without any effect, %(share)s of such pilots would be called better: this comparison cannot be trusted here. Compare with other sites.")
            % {"share": chance(forecast.without_effect)}
        )  # fmt: skip
    if (
        forecast.promised is not None
        and not forecast.by_sites
        and not forecast.beside
        and not figures.share
    ):
        found.append(
            _("One value a period does not tell how much of its spread more sites would take away, so nothing is foreseen of sites.")
        )  # fmt: skip
    if (formula := _formula(forecast, cadence)) is not None:
        found.append(formula)
    return found


def _season(forecast: Forecast, figures: Figures) -> str:
    if forecast.beside:
        return ngettext(
            "It is compared with %(sites)s other site, so a season and whatever else both have count for"
            " nothing.",
            "It is compared with %(sites)s other sites, so a season and whatever else all have count for"
            " nothing.",
            forecast.beside,
        ) % {"sites": forecast.beside}
    if forecast.season is None:
        return _(
            "The history is shorter than two years, so a season cannot be seen; none is simulated."
        )
    if forecast.by_history:
        return _(
            "It is compared with what its own history leads to expect, so a season and a trend count for"
            " nothing, and it takes longer to know."
        )
    if not forecast.season:
        return _("Two years and more of history show no season.")
    return _("The history shows a season of ±%(swing)s, and it is simulated.") % {
        "swing": figures.difference(forecast.season)
    }


def _formula(forecast: Forecast, cadence: str) -> str | None:
    """Where the formula says something else, and why that is."""
    if forecast.formula is None or forecast.usual_at is None:
        return None
    apart = abs(forecast.formula - forecast.usual_at) / max(forecast.usual_at, 1)
    if apart <= APART:
        return None
    return _("The formula, which takes the spread for known, says %(formula)s for %(usual)s instead of %(simulated)s.") % {
        "formula": length(forecast.formula, cadence),
        "usual": percent(USUAL),
        "simulated": length(forecast.usual_at, cadence),
    }  # fmt: skip


def not_yet() -> str:
    return _("Whether it can be answered has not been worked out yet.")
