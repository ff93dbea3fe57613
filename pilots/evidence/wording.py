"""What a colleague would say aloud about a metric, from its numbers. Pure; in the reader's tongue.

The title above names the metric, so a sentence starts with where it stands.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from innovation.rules import dates
from innovation.rules.numbers import number
from pilots.connectors.measurement import Cadence
from pilots.evidence.designs import EvidenceDesign
from pilots.evidence.guardrail_wording import guardrail
from pilots.evidence.numbers import COMPARED, Numbers, more_points, settled_at
from pilots.metrics.figures import Figures
from pilots.metrics.queries import length, period_name
from pilots.statistics.effects import Effect
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.rules import ImprovementDirection, Variation
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Remark
from pilots.statistics.verdicts import Verdict


def sentence(numbers: Numbers, figures: Figures, *, live_on: date | None) -> str:
    """One or two sentences: where it stands, and whether that means anything."""
    analysis = numbers.analysis
    if analysis is None:
        return _("No number yet.")
    if live_on is None or numbers.go_live is None:
        return _before_go_live(numbers, figures)
    effect = numbers.effect
    if effect is None or effect.points_after == 0:
        return _live_without_numbers(numbers, figures, live_on)
    if numbers.guardrail is not None and numbers.guardrail.state is GuardrailState.BREACHED:
        comparison = "" if effect.before is None else _compared(numbers, effect, figures)
        return f"{guardrail(numbers, figures)} {comparison}".strip()
    if effect.before is None:
        return _without_baseline(numbers, figures)
    if effect.lower is None or effect.upper is None:
        comparison = _compared(numbers, effect, figures)
        if numbers.counted_otherwise_until is not None:
            return f"{comparison} {_counted_otherwise(numbers)}"
        return f"{comparison} {refusal(effect.refused)}".strip()
    comparison = _compared(numbers, effect, figures)
    return f"{comparison} {_what_it_means(numbers, effect, figures)}"


def usual(numbers: Numbers, figures: Figures) -> str:
    """The range in which it moves without any reason to be looked for."""
    assert numbers.analysis is not None
    drawn = numbers.analysis.drawn
    return _("Usually between %(low)s and %(high)s, on average %(mean)s.") % {
        "low": figures.bare(float(drawn.lower[-1])),
        "high": figures.write(float(drawn.upper[-1])),
        "mean": figures.bare(float(drawn.centre[-1])),
    }


def _before_go_live(numbers: Numbers, figures: Figures) -> str:
    known = numbers.series.known
    if known < MIN_POINTS_OF_A_LEVEL:
        return too_few(known, numbers, figures)
    assert numbers.analysis is not None
    parts = [usual(numbers, figures), _variation(numbers.analysis.variation)]
    if numbers.baseline_missing:
        parts.append(_missing_baseline(numbers))
    return " ".join(part for part in parts if part)


def too_few(known: int, numbers: Numbers, figures: Figures) -> str:
    """The last number, and why there are no limits yet."""
    last = _("The last is %(value)s, for %(period)s.") % {
        "value": figures.write(numbers.last),
        "period": period_name(numbers.series.last_period or date.min, numbers.question.cadence),
    }
    why = ngettext(
        "%(enough)s points are needed before limits mean anything; there is %(n)s.",
        "%(enough)s points are needed before limits mean anything; there are %(n)s.",
        known,
    ) % {"n": known, "enough": MIN_POINTS_OF_A_LEVEL}
    return f"{last} {why}"


def _variation(variation: Variation) -> str:
    return {
        Variation.COMMON: _("The last point is within that."),
        Variation.IMPROVEMENT_HIGH: _("Lately it is higher than that explains, which is good."),
        Variation.IMPROVEMENT_LOW: _("Lately it is lower than that explains, which is good."),
        Variation.CONCERN_HIGH: _("Lately it is higher than that explains: a cause for concern."),
        Variation.CONCERN_LOW: _("Lately it is lower than that explains: a cause for concern."),
        Variation.NEUTRAL_HIGH: _("Lately it is higher than that explains."),
        Variation.NEUTRAL_LOW: _("Lately it is lower than that explains."),
    }.get(variation, "")


def _live_without_numbers(numbers: Numbers, figures: Figures, live_on: date) -> str:
    comparison = _("Live since %(day)s, with no number since then yet.") % {
        "day": dates.day_in_words(live_on)
    }
    if numbers.enough and numbers.analysis is not None:
        before = _("Before, it was %(level)s on average.") % {
            "level": figures.write(float(numbers.analysis.judged.centre[-1]))
        }
        return f"{comparison} {before}"
    return comparison


def _without_baseline(numbers: Numbers, figures: Figures) -> str:
    level = figures.write(numbers.level.estimate if numbers.level else None)
    if numbers.baseline_missing:
        return f"{_('%(level)s since go-live.') % {'level': level}} {_missing_baseline(numbers)}"
    judged = numbers.question.direction != ImprovementDirection.NEUTRAL
    if numbers.question.target is None or numbers.level is None or not judged:
        return _("%(level)s since go-live; there is nothing from before to compare it with.") % {
            "level": level
        }
    facts = {"level": level, "target": figures.planned(Decimal(repr(numbers.question.target)))}
    if numbers.verdict is Verdict.TARGET_REACHED:
        return (
            _(
                "%(level)s since go-live: the target of %(target)s is reached. There is nothing from"
                " before to compare it with."
            )
            % facts
        )
    if numbers.level.lower is None or numbers.level.upper is None:
        said = _(
            "%(level)s since go-live, where the target is %(target)s; there is nothing from before to"
            " compare it with."
        )
        return f"{said % facts} {refusal(numbers.level.refused)}".strip()
    return _(
        "%(level)s since go-live (%(low)s to %(high)s): that the target of %(target)s is reached is"
        " not shown. There is nothing from before to compare it with."
    ) % {
        **facts,
        "low": figures.bare(numbers.level.lower),
        "high": figures.write(numbers.level.upper),
    }


def _missing_baseline(numbers: Numbers) -> str:
    asked = numbers.question
    assert asked.baseline_from is not None and asked.baseline_until is not None
    days = {
        "first": dates.day_in_words(asked.baseline_from),
        "last": dates.day_in_words(dates.days_after(asked.baseline_until, -1)),
    }
    if numbers.go_live is None:
        return (
            _(
                "No number of the planned baseline (%(first)s to %(last)s) is known yet, so all points"
                " stand for it."
            )
            % days
        )
    return (
        _(
            "No number of the planned baseline (%(first)s to %(last)s) is known, so there is nothing to"
            " compare it with, and no verdict."
        )
        % days
    )


def _compared(numbers: Numbers, effect: Effect, figures: Figures) -> str:
    """11.7 minutes since go-live, down from 16.1."""
    said = _now_and_before(numbers, effect, figures)
    as_counted = _as_counted(numbers, figures)
    return f"{said} {as_counted}" if as_counted else said


def _as_counted(numbers: Numbers, figures: Figures) -> str:
    """What it is without regard to the patients' risks; empty where it was compared like that."""
    if not numbers.by_risk or numbers.by_sites:
        return ""
    series = numbers.series
    assert series.numerators is not None and series.denominators is not None
    settled = settled_at(series, numbers.question, numbers.go_live) or 0
    since = slice(max(settled, numbers.since.start), None)
    cases = float(np.nansum(series.denominators[since]))
    if not cases:
        return ""
    share = float(np.nansum(series.numerators[since])) / cases
    return _("That takes the patients' risks into account; as counted it is %(share)s.") % {
        "share": figures.write(share)
    }


def _now_and_before(numbers: Numbers, effect: Effect, figures: Figures) -> str:
    now, before = figures.write(effect.after), figures.bare(effect.before)
    facts = {"now": now, "before": before}
    if numbers.by_history:
        return _("%(now)s since go-live, where its own history leads to expect %(before)s.") % facts
    if numbers.by_sites:
        return _("%(now)s since go-live, where other sites lead to expect %(before)s.") % facts
    if figures.bare(effect.after) == before or not effect.estimate:
        return _("%(now)s since go-live, as before.") % facts
    if effect.excludes_zero:
        if effect.estimate > 0:
            return _("%(now)s since go-live, up from %(before)s.") % facts
        return _("%(now)s since go-live, down from %(before)s.") % facts
    return _("%(now)s since go-live, %(before)s before.") % facts


def _counted_otherwise(numbers: Numbers) -> str:
    since = numbers.series.periods[numbers.counted_otherwise_until or 0]
    return _(
        "What is counted changed: the numbers before %(period)s are of another definition, and are not"
        " compared with the later ones."
    ) % {"period": period_name(since, numbers.question.cadence)}


def _what_it_means(numbers: Numbers, effect: Effect, figures: Figures) -> str:
    if numbers.counted_otherwise_until is not None:
        return _counted_otherwise(numbers)
    if not effect.excludes_zero:
        return _("The difference (%(low)s to %(high)s) is no larger than chance could bring.") % {
            "low": figures.signed(effect.lower or 0.0),
            "high": figures.signed(effect.upper or 0.0),
        }
    assert numbers.analysis is not None and numbers.go_live is not None and effect.estimate
    if not numbers.question.steady and not numbers.modelled:
        return _(
            "That is more than chance would bring; whether a season, an older trend or a bad spell"
            " before would, its plan does not say, so there is no verdict."
        )
    parts = [_when_it_began(numbers, figures), _against_target(numbers, figures)]
    if _worse(effect.estimate, numbers.question.direction):
        parts.append(_("It is a change for the worse."))
    if numbers.analysis.slipping:
        parts.append(_("Of late it has begun to slip back."))
    return " ".join(part for part in parts if part)


def _when_it_began(numbers: Numbers, figures: Figures) -> str:
    assert numbers.analysis is not None and numbers.go_live is not None
    began = numbers.analysis.shift_began
    # The chart knows no season, no other site and no risk: when that began, it cannot say.
    if began is None or numbers.modelled or numbers.by_risk:
        return _("The change is larger than usual variation would bring.")
    if began < numbers.go_live:
        return _(
            "The change is larger than usual variation would bring, but it began before go-live,"
            " with %(period)s."
        ) % {"period": period_name(numbers.series.periods[began], numbers.question.cadence)}
    place = ordinal(began - numbers.go_live + 1)
    periods = {
        "day": _("The change began on the %(place)s day after go-live"),
        "week": _("The change began in the %(place)s week after go-live"),
        "month": _("The change began in the %(place)s month after go-live"),
    }
    began_then = periods[numbers.question.cadence] % {"place": place}
    return _("%(began)s and is larger than usual variation would bring.") % {"began": began_then}


def ordinal(n: int) -> str:
    words = (
        _("first"), _("second"), _("third"), _("fourth"), _("fifth"), _("sixth"),
        _("seventh"), _("eighth"), _("ninth"), _("tenth"), _("eleventh"), _("twelfth"),
    )  # fmt: skip
    if 1 <= n <= len(words):
        return words[n - 1]
    return pgettext("ordinal", "%(n)sth") % {"n": n} if n % 10 not in (1, 2, 3) or n % 100 in (
        11, 12, 13,
    ) else {1: _("%(n)sst"), 2: _("%(n)snd"), 3: _("%(n)srd")}[n % 10] % {"n": n}  # fmt: skip


def refusal(remark: Remark | None) -> str:
    """Why there is no interval, in the reader's tongue."""
    if remark is None:
        return ""
    facts = {
        name: number(value, 0)
        for name, value in remark.facts.items()
        if isinstance(value, int | float)
    }
    comparison = {
        "no_after": _("No number since go-live yet."),
        "few_points": _(
            "Too little to say more: it takes %(need_before)s points before go-live and"
            " %(need_after)s since; there are %(before)s and %(after)s."
        ),
        "few_events": _(
            "Too little to say more: only %(events)s events in all, where it takes %(needed)s."
        ),
        "few_units": _(
            "Too little to say more: only %(units)s cases on one side, where it takes %(needed)s."
        ),
        "no_variation": _("Every point has the same value, so usual variation is unknown."),
        "constant_before": _(
            "Every number from before has the same value, so usual variation is unknown."
        ),
        "drifts": _(
            "It drifts by itself: its slow movement is %(times)s times what chance would bring, so drift"
            " and change cannot be told apart by its own history."
        ),
        "no_sites": _(
            "There is nothing to compare it with: no other site has numbers of that time and is not live."
        ),
        "exactly_alike": _(
            "The sites moved exactly alike, so chance cannot be judged from their spread."
        ),
        "no_end": _("Too little to say more: the sites differ too much from period to period yet."),
        "apart_before": _(
            "This site and the others drifted apart before go-live already, so the others do not say what"
            " would have been here."
        ),
        "autocorrelated": _(
            "Neighbouring points are so alike that drift and change cannot be told apart by"
            " comparing before and after."
        ),
    }.get(remark.code)
    return comparison % facts if comparison is not None else remark.text


def remark(said: Remark) -> str:
    """What a reader must know about the limits or the interval."""
    facts = said.facts
    comparison = {
        "few_points": _(
            "The limits rest on %(points)s points and will move; %(enough)s or more settle them."
        ),
        "screened": _("Unusually large jumps were left out of the limits: %(dropped)s."),
        "no_variation": _("Every point that sets the limits has the same value."),
        "overdispersed": _(
            "The points vary more than sampling alone would bring; limits and interval are wider"
            " for it (Laney's chart)."
        ),
        "before_after": _(
            "A plain comparison of before and after: whatever else changed at go-live is in it too."
        ),
        "own_history": _(
            "Compared with what its own history leads to expect, with its trend and its season: whatever"
            " else changed at go-live is in it too."
        ),
        "moves_alike": _(
            "Compared with the same number at other sites: without the pilot it is taken to have moved as"
            " they did, and what happened here alone at go-live is in it too."
        ),
        "few_sites": _(
            "Few sites are compared with: what happens at one of them alone weighs much."
        ),
        "drifts_some": _("It drifts slowly by itself; the interval is wider for it."),
        "values": _("Only one value a period is known, so the periods count as the points."),
        "units": _("Counted in cases, not in periods."),
        "autocorrelated": _(
            "Neighbouring points resemble each other; the interval is wider for it."
        ),
        "uneven_spread": _(
            "The spread before and since go-live differs; the interval is wider for it."
        ),
        "unlike_periods": _(
            "The periods rest on very different numbers of cases; the interval is wider for it."
        ),
        "moving_baseline": _(
            "The baseline was already moving before go-live; part of the difference may be that."
        ),
    }.get(said.code)
    try:
        return comparison % facts if comparison is not None else said.text
    except KeyError:
        return said.text


def events(numbers: Numbers) -> str:
    """What is counted of a rate or a count, and what months do to a count; empty of all else."""
    if not numbers.series.rate:
        return ""
    said = _("Counted in events, which come one by one, and not in periods.")
    under = numbers.series.denominators
    alike = under is not None and bool((under[np.isfinite(under)] == 1).all())
    if alike and numbers.question.cadence == Cadence.MONTH:
        months = _("Months have 28 to 31 days: a count moves by a tenth for that alone.")
        return f"{said} {months}"
    return said


def risks(numbers: Numbers, figures: Figures) -> str:
    """Whether the risks of the patients are taken into account; empty where nobody says them."""
    risk = numbers.risk
    if risk is None or numbers.go_live is None:
        return ""
    if numbers.by_risk:
        assert risk.expected is not None and numbers.series.numerators is not None
        known = np.isfinite(risk.expected[numbers.since])
        counted = numbers.series.numerators[numbers.since][known]
        said = _(
            "Compared with patients as they were before go-live, when %(usual)s was to be expected by their"
            " risks. Since then %(expected)s were to be expected and %(observed)s were counted. Only"
            " whether the risks rise or fall matters, not whether they are right on average."
        ) % {
            "usual": figures.write(risk.usual),
            "expected": number(float(np.nansum(risk.expected[numbers.since])), 1),
            "observed": number(float(counted.sum()), 0),
        }
        if numbers.by_sites:
            said += " " + _("Beside other sites they are not taken into account.")
        return said
    return {
        "direction": _(
            "How many were to be expected by the patients' risks is only taken into account where a share"
            " should stay low."
        ),
        "no_before": _(
            "There is no number from before go-live, so the patients' risks cannot be compared and are not"
            " taken into account."
        ),
        "gaps": _(
            "Some numbers do not say how many were to be expected by the patients' risks, so they are not"
            " taken into account."
        ),
        "off": _(
            "More were counted than the patients' risks leave room for, so they are not taken into account."
        ),
    }[risk.refused]


def verdict(numbers: Numbers, figures: Figures, *, margin: Decimal | None) -> str:
    """One short sentence under the word of a verdict."""
    word, effect = numbers.verdict, numbers.effect
    if word is Verdict.NO_DATA or effect is None:
        return _no_data(numbers)
    if effect.before is None:
        return _without_baseline(numbers, figures)
    breached = numbers.guardrail is not None and numbers.guardrail.state is GuardrailState.BREACHED
    if word is Verdict.HARM_SIGNAL and breached:
        return guardrail(numbers, figures)
    if effect.lower is None or effect.upper is None or effect.estimate is None:
        return refusal(effect.refused) or _("Too little to say yet.")
    if numbers.counted_otherwise_until is not None:
        return _counted_otherwise(numbers)
    if not numbers.question.steady and not numbers.modelled:
        return _(
            "No verdict: its plan does not say from what it is known that it would have stayed as it"
            " was without the pilot, with no season, no older trend and no bad spell before."
        )
    if word is Verdict.NO_HARM_SHOWN:
        return _("Within the agreed margin of %(margin)s.") % {
            "margin": figures.margin(margin or Decimal(0))
        }
    if word is Verdict.INCONCLUSIVE:
        return _inconclusive(numbers, effect, figures, margin)
    comparison = _moved(effect.estimate, figures)
    if numbers.by_history:
        said = _("%(moved)s than its own history leads to expect, season and trend included.") % {
            "moved": comparison
        }
        return f"{said} {_against_target(numbers, figures)}".strip()
    if numbers.by_sites:
        said = _("%(moved)s than other sites lead to expect.") % {"moved": comparison}
        return f"{said} {_against_target(numbers, figures)}".strip()
    # The run may have begun by chance before go-live; it has held no longer than that.
    held = min(numbers.analysis.held, effect.points_after) if numbers.analysis is not None else 0
    if word is Verdict.BETTER and held > 1 and not numbers.by_risk:
        said = _("%(moved)s, and it has held for %(length)s.") % {
            "moved": comparison,
            "length": length(held, numbers.question.cadence),
        }
    else:
        said = _("%(moved)s, more than chance would bring.") % {"moved": comparison}
    return f"{said} {_against_target(numbers, figures)}".strip()


def _against_target(numbers: Numbers, figures: Figures) -> str:
    """Whether what became better is as good as was promised; empty without a target."""
    target, level = numbers.question.target, numbers.level
    if (
        numbers.verdict is not Verdict.BETTER
        or target is None
        or level is None
        or level.estimate is None
    ):
        return ""
    reached = (
        level.estimate <= target
        if numbers.question.direction == "lower"
        else level.estimate >= target
    )
    facts = {"target": figures.planned(Decimal(repr(target)))}
    if reached:
        return _("The target of %(target)s is reached.") % facts
    return _("It is still short of the target of %(target)s.") % facts


def _no_data(numbers: Numbers) -> str:
    if numbers.analysis is None:
        return _("Nothing has been measured yet.")
    if numbers.go_live is None:
        return _("Not live yet; the baseline is being collected.")
    return _("No number since go-live yet.")


def _inconclusive(
    numbers: Numbers, effect: Effect, figures: Figures, margin: Decimal | None
) -> str:
    comparison = _("%(estimate)s; it could be anything from %(low)s to %(high)s.") % {
        "estimate": figures.signed(effect.estimate or 0.0),
        "low": figures.signed(effect.lower or 0.0),
        "high": figures.signed(effect.upper or 0.0),
    }
    if numbers.wild is not None:
        comparison = f"{comparison} {wild(numbers, figures)}"
    more = more_points(effect, margin=None if margin is None else float(margin))
    if more is None:
        return comparison
    return (
        comparison
        + " "
        + _("About %(length)s more to know.") % {"length": length(more, numbers.question.cadence)}
    )


def _moved(estimate: float, figures: Figures) -> str:
    size = figures.difference(estimate)
    return (_("%(size)s higher") if estimate > 0 else _("%(size)s lower")) % {"size": size}


def interval(effect: Effect | None, figures: Figures) -> str:
    """The effect with its interval, for whoever wants the numbers."""
    if effect is None or effect.estimate is None:
        return ""
    unit = figures.difference_unit
    if effect.lower is None or effect.upper is None:
        return f"{figures.signed(effect.estimate)} {unit}".strip()
    return _("%(estimate)s %(unit)s (%(low)s to %(high)s)") % {
        "estimate": figures.signed(effect.estimate),
        "unit": unit,
        "low": figures.signed(effect.lower),
        "high": figures.signed(effect.upper),
    }


def amended(*, by: str, on: date, reason: str, approved_by: str = "") -> str:
    if approved_by:
        return _(
            "Its plan was changed on %(day)s by %(who)s, after it was locked, and %(approver)s, who is"
            " not on the team, approved it: %(why)s"
        ) % {"day": dates.day_in_words(on), "who": by, "approver": approved_by, "why": reason}
    return _("Its plan was changed on %(day)s by %(who)s, after it was locked: %(why)s") % {
        "day": dates.day_in_words(on),
        "who": by,
        "why": reason,
    }


def assumed(numbers: Numbers, *, basis: str, because: str) -> str:
    """What the verdict takes for granted; empty where it rests on no comparison."""
    breached = numbers.guardrail is not None and numbers.guardrail.state is GuardrailState.BREACHED
    if numbers.by_sites and not breached and numbers.verdict in COMPARED:
        return _("Assumes that without the pilot it would have moved as the other sites did.")
    if breached or numbers.by_history or numbers.verdict not in COMPARED or not because:
        return ""
    return _("Assumes that it would otherwise have stayed as it was (%(basis)s: %(because)s).") % {
        "basis": basis[:1].lower() + basis[1:],
        "because": because.rstrip(". "),
    }


def wild(numbers: Numbers, figures: Figures) -> str:
    """The point that lies far from all others of its side; empty where there is none."""
    if numbers.wild is None:
        return ""
    return _(
        "One number is far from all others: %(value)s, for %(period)s. Check whether it is right: it"
        " widens every interval."
    ) % {
        "value": figures.write(float(numbers.series.values[numbers.wild])),
        "period": period_name(numbers.series.periods[numbers.wild], numbers.question.cadence),
    }


def design(numbers: Numbers, *, chosen_because: str) -> str:
    """How it is compared with what it would have been without the pilot, and why so."""
    known = length(numbers.design.known, numbers.question.cadence)
    name = {
        EvidenceDesign.BEFORE_AFTER: _("Before and after"),
        EvidenceDesign.INTERRUPTED: _("An interrupted time series of its own history"),
        EvidenceDesign.SITES: _sites(numbers),
    }[numbers.design.design]
    because = {
        "chosen": chosen_because.rstrip(". "),
        "sites": _(
            "the same is counted there, so that what moves all of them is told from the pilot"
        ),
        "long": _("two years and more from before are known (%(known)s)"),
        "gaps": _("too much of its two years from before is missing (%(known)s are known)"),
        "short": _(
            "less than two years from before are known (%(known)s); from two years on, a season and a"
            " trend are told from its own history"
        ),
    }[numbers.design.code]
    if numbers.design.code != "chosen":
        because = because % {"known": known}
    return _("%(design)s, because %(because)s.") % {"design": name, "because": because}


def _sites(numbers: Numbers) -> str:
    """Comparison with 5 other sites, 2 of which went live themselves."""
    sites = numbers.question.sites
    said = ngettext(
        "Comparison with %(n)s other site", "Comparison with %(n)s other sites", len(sites)
    ) % {"n": len(sites)}
    live = sum(site.live_on is not None for site in sites)
    if not live:
        return said
    went = ngettext(
        "%(n)s of which went live, too, and is compared until then",
        "%(n)s of which went live, too, and are compared until then",
        live,
    ) % {"n": live}
    return f"{said} ({went})"


def _worse(estimate: float, direction: str) -> bool:
    return (direction == "lower" and estimate > 0) or (direction == "higher" and estimate < 0)
