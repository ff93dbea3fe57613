"""What the evidence page says of sites, of groups and of what would change an answer. Pure; in the
reader's tongue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from pilots.evidence import wording
from pilots.evidence.funnels import ENOUGH_SITES, PlacedSite, SideBySide
from pilots.evidence.groups import Gap, GapChange, Gaps
from pilots.evidence.said import SaidAndMeasured
from pilots.evidence.sensitivity import Change
from pilots.metrics.figures import Figures
from pilots.metrics.queries import Freshness, length, period_name
from pilots.statistics.effects import MIN_EVENTS, MIN_UNITS
from pilots.statistics.series import Remark
from pilots.statistics.verdicts import Verdict


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


# What would change an answer


def change(said: Change, figures: Figures, cadence: str) -> str:
    """One sentence on one thing that would change the answer."""
    facts = said.facts
    code = said.code
    if code in _WAITS:
        return _waits(said, cadence)
    if code in ("steady", "wildest_same", "wildest_other"):
        return _again(said, cadence)
    if code in ("sites_same", "sites_other"):
        return _sites(said)
    if code in ("trend_better", "trend_harm", "trend_margin"):
        return _trend(code, figures.difference(_number(facts, "a_year")))
    if code == "target":
        return _("It is %(short)s short of its target.") % {
            "short": figures.difference(_number(facts, "short"))
        }
    if code == "target_unsure":
        return _("Its target is reached on average; more numbers would make that sure.")
    if code == "limit":
        return _("Its limit is reached if it gets worse by %(room)s.") % {
            "room": figures.difference(_number(facts, "room"))
        }
    if code == "no_margin":
        return _(
            "Its plan names no margin: with how small a difference it would count as unharmed, nobody agreed."
        )
    if code == "counted_otherwise":
        since = facts["since"]
        assert isinstance(since, date)
        return _(
            "The numbers before %(period)s would have to be counted anew by today’s definition."
        ) % {"period": period_name(since, cadence)}
    assert code == "drifts"
    return _(
        "Its own numbers cannot tell drift and change apart: it takes the same number elsewhere, where"
        " nothing was changed, to compare it with."
    )


_WAITS = (
    "baseline_missing", "no_after", "few_before", "few_after", "few_events", "few_units",
    "few_units_before", "more", "never",
)  # fmt: skip


def _waits(said: Change, cadence: str) -> str:
    """What it lacks: numbers, cases or time."""
    code, facts = said.code, said.facts
    count = int(_number(facts, "more")) if "more" in facts else 0
    if code == "baseline_missing":
        return _(
            "%(n)s numbers of its planned baseline would give it something to compare with."
        ) % {"n": facts["needed"]}
    if code == "no_after":
        return _("It takes the numbers of the first %(length)s since go-live.") % {
            "length": length(int(_number(facts, "needed")), cadence)
        }
    if code == "few_before":
        return _(
            "From before go-live %(known)s numbers are known, where it takes %(needed)s: only older"
            " numbers of its source would change that."
        ) % {"known": facts["known"], "needed": facts["needed"]}
    if code == "few_events":
        return ngettext(
            "%(n)s event more, and it can be judged.",
            "%(n)s events more, and it can be judged.",
            count,
        ) % {"n": number(count)}
    if code == "few_units":
        return ngettext(
            "%(n)s case more since go-live, and it can be judged.",
            "%(n)s cases more since go-live, and it can be judged.",
            count,
        ) % {"n": number(count)}
    if code == "few_units_before":
        return ngettext(
            "Its baseline lacks %(n)s case: only older numbers of its source would change that.",
            "Its baseline lacks %(n)s cases: only older numbers of its source would change that.",
            count,
        ) % {"n": number(count)}
    more = length(count, cadence)
    if code == "few_after":
        return _("Numbers of %(length)s more, and it can be judged.") % {"length": more}
    if code == "more":
        return _("About %(length)s more at this difference would make it clear.") % {"length": more}
    return _("At this difference not even %(length)s more would make it clear.") % {"length": more}


def _trend(code: str, amount: str) -> str:
    if code == "trend_better":
        said = _(
            "If it was getting better by more than about %(amount)s a year anyway, it would not be shown"
            " to be better."
        )
    elif code == "trend_harm":
        said = _(
            "If it was getting worse by more than about %(amount)s a year anyway, no harm would be shown."
        )
    else:
        said = _(
            "If it was getting better by more than about %(amount)s a year anyway, harm beyond the margin"
            " would not be ruled out."
        )
    return said % {"amount": amount}


def verdict_word(verdict: object) -> str:
    return {
        Verdict.BETTER: _("better"),
        Verdict.TARGET_REACHED: _("target reached"),
        Verdict.NO_HARM_SHOWN: _("no harm shown"),
        Verdict.INCONCLUSIVE: _("inconclusive"),
        Verdict.HARM_SIGNAL: _("harm signal"),
        Verdict.NO_DATA: _("no data"),
    }[Verdict(str(verdict))]


def _again(said: Change, cadence: str) -> str:
    facts = {"verdict": verdict_word(said.facts["verdict"])}
    if said.code == "steady":
        return (
            _(
                "If it were known that without the pilot it would have stayed as it was, the answer would be"
                " “%(verdict)s”."
            )
            % facts
        )
    days = said.facts["days"]
    assert isinstance(days, tuple)
    facts["periods"] = listed([period_name(day, cadence) for day in days])
    if said.code == "wildest_same":
        return (
            _(
                "Without the two numbers furthest from the others (%(periods)s) the answer would be the same."
            )
            % facts
        )
    return (
        _(
            "Without the two numbers furthest from the others (%(periods)s) the answer would be"
            " “%(verdict)s”."
        )
        % facts
    )


def _sites(said: Change) -> str:
    """Whether one site decides."""
    facts = {"sites": said.facts["sites"]}
    if said.code == "sites_same":
        return (
            _("Without any one of the %(sites)s other sites the answer would be the same.") % facts
        )
    unlike = said.facts["unlike"]
    assert isinstance(unlike, int)
    return ngettext(
        "It rests on one of the %(sites)s other sites: without it the answer would be “%(verdict)s”.",
        "It rests on few sites: without one of %(unlike)s of the %(sites)s others the answer would be"
        " “%(verdict)s”.",
        unlike,
    ) % {**facts, "unlike": unlike, "verdict": verdict_word(said.facts["verdict"])}


def silent_since(freshness: Freshness, *, fetching: bool, cadence: str) -> str:
    """That its source brings nothing new, and since when; empty where it does. `fetching`: its history
    is still being fetched, in parts."""
    if freshness.troubled and freshness.pulled_at is None:
        return _("Its source has never answered.")
    if freshness.troubled and freshness.pulled_at is not None:
        return _(
            "Its source has been silent since %(day)s: what happened since is not in this."
        ) % {"day": dates.day_in_words(dates.day_of(freshness.pulled_at))}
    if freshness.state == "late" and freshness.last_period is not None and not fetching:
        return _("Its last number is for %(period)s: what happened since is not in this.") % {
            "period": period_name(freshness.last_period, cadence)
        }
    return ""


def _number(facts: Mapping[str, object], name: str) -> float:
    value = facts[name]
    assert isinstance(value, int | float)
    return value


# Sites


def sites(found: SideBySide, figures: Figures) -> str:
    """Which sites stand out, or why that is not said."""
    said = [_stand_out(found, figures)]
    if found.few:
        said.append(
            _("Left out, with fewer than %(least)s cases: %(names)s.")
            % {
                "least": MIN_UNITS,
                "names": _named([site.label for site in found.few if site.shown], found.few),
            }
        )
    if found.silent:
        said.append(
            _("Without a number at that time: %(names)s.")
            % {"names": _named([s.label for s in found.silent if s.shown], found.silent)}
        )
    if found.hidden:
        said.append(
            ngettext(
                "%(n)s of them is counted and not shown, because you may not see its numbers.",
                "%(n)s of them are counted and not shown, because you may not see their numbers.",
                found.hidden,
            )
            % {"n": found.hidden}
        )
    return " ".join(part for part in said if part)


def _named(names: Sequence[str], all_of_them: Sequence[object]) -> str:
    """Those that may be named, and how many may not."""
    rest = len(all_of_them) - len(names)
    if not rest:
        return listed(names)
    unnamed = ngettext("%(n)s that you may not see", "%(n)s that you may not see", rest) % {
        "n": rest
    }
    return listed([*names, unnamed])


def _stand_out(found: SideBySide, figures: Figures) -> str:
    if found.refused == "few_sites":
        return _("Fewer than two sites have numbers to put beside each other.")
    if found.refused == "few_events":
        return _(
            "At all sites together there are fewer than %(n)s events: too few to tell sites apart."
        ) % {"n": MIN_EVENTS}
    if found.refused:
        return _("Every case, or none, has the event: there is nothing to tell sites apart by.")
    if found.funnel is None:
        return _without_limits(found, figures)
    beyond, total = found.beyond, len(found.placed)
    explained = (
        _("what chance and the usual differences between sites explain")
        if found.funnel.overdispersion != "none"
        else _("what chance between sites explains")
    )
    if not beyond:
        return _("None of %(total)s sites lies beyond %(explained)s.") % {
            "total": total,
            "explained": explained,
        }
    names = [_above_or_below(one) for one in beyond if one.site.shown]
    return ngettext(
        "%(n)s of %(total)s sites lies beyond %(explained)s: %(names)s.",
        "%(n)s of %(total)s sites lie beyond %(explained)s: %(names)s.",
        len(beyond),
    ) % {
        "n": len(beyond),
        "total": total,
        "explained": explained,
        "names": _named(names, beyond),
    }


def _above_or_below(one: PlacedSite) -> str:
    if one.beyond > 0:
        return _("%(site)s (higher)") % {"site": one.site.label}
    return _("%(site)s (lower)") % {"site": one.site.label}


def _without_limits(found: SideBySide, figures: Figures) -> str:
    shown = [one.level for one in found.shown]
    said = _("%(n)s sites.") % {"n": len(found.placed)}
    if shown:
        said = _("%(n)s sites, from %(low)s to %(high)s.") % {
            "n": len(found.placed),
            "low": figures.bare(min(shown)),
            "high": figures.write(max(shown)),
        }
    if found.placed[0].site.series.numerators is None:
        why = _("How much single cases vary is not known of values, so none is called unusual.")
    elif found.placed[0].site.series.rate:
        why = _("Of rates each site is shown with its interval, and none is called unusual.")
    else:
        why = _(
            "It takes %(enough)s to tell by how much sites usually differ, so none is called unusual."
        ) % {"enough": ENOUGH_SITES}
    return f"{said} {why}"


def no_interval(refused: Remark | None) -> str:
    """Why a site has no interval, for a table."""
    code = "" if refused is None else refused.code
    return {
        "autocorrelated": _("neighbouring numbers are too alike"),
        "no_variation": _("all numbers are the same"),
        "few_events": _("too few cases"),
        "few_units": _("too few cases"),
    }.get(code, _("too few numbers"))


def window_of_sites(found: SideBySide) -> str:
    if found.since_go_live:
        return _("Each site since its own go-live; those that are not live, since the pilot’s.")
    return _("The last weeks before go-live.")


# Groups


def gaps(found: Gaps, figures: Figures) -> str:
    """The largest gap, and whether it widened."""
    said = []
    largest = found.largest
    if largest is not None:
        said.append(gap(largest, figures))
    elif found.gaps:
        said.append(_("No group has numbers enough to speak of a gap."))
    if found.unlike:
        said.append(
            _("Counted in another way, so not compared: %(names)s.")
            % {"names": listed(found.unlike)}
        )
    return " ".join(said)


def gap(one: Gap, figures: Figures) -> str:
    """A group against the others, and what became of the gap."""
    effect = one.effect
    if effect.after is None:
        if effect.before is None:
            return _("%(group)s: no number yet.") % {"group": one.label}
        return _against(one, one.before, one.others_before, figures)
    first = _against(one, one.now, one.others_now, figures)
    if effect.before is None:
        return first
    return f"{first} {gap_change(one, figures)}"


def _against(one: Gap, level: float | None, others: float | None, figures: Figures) -> str:
    facts = {"group": one.label, "level": figures.bare(level), "others": figures.write(others)}
    if one.apart:
        return _("%(group)s: %(level)s, against %(others)s of the others.") % facts
    return _("%(group)s: %(level)s, against %(others)s of all.") % facts


def gap_change(one: Gap, figures: Figures) -> str:
    """What became of the gap since go-live."""
    effect = one.effect
    if effect.before is None or effect.after is None:
        return wording.refusal(effect.refused)
    was, now = figures.difference(effect.before), figures.difference(effect.after)
    facts = {"was": was, "now": now}
    if effect.before * effect.after < 0:
        said = _("The gap was %(was)s before, the other way round, and is %(now)s now.") % facts
    elif was == now:
        said = _("The gap is %(now)s, as before.") % facts
    else:
        said = _("The gap was %(was)s before and is %(now)s now.") % facts
    if effect.lower is None or effect.upper is None:
        return f"{said} {wording.refusal(effect.refused)}".strip()
    interval = wording.interval(one.wider, figures)
    meaning = {
        GapChange.UNCLEAR: _("Whether it widened cannot be told: %(interval)s."),
        GapChange.WIDENED: _("It widened by more than chance would bring: %(interval)s."),
        GapChange.NARROWED: _("It narrowed by more than chance would bring: %(interval)s."),
        GapChange.TURNED: _("It turned round by more than chance would bring: %(interval)s."),
    }[one.change]
    return f"{said} {meaning % {'interval': interval}}"


def gap_word(one: Gap) -> str:
    """What became of it, in one word for a table."""
    return {
        GapChange.WIDENED: _("wider"),
        GapChange.NARROWED: _("narrower"),
        GapChange.TURNED: _("turned round"),
        GapChange.UNCLEAR: _("cannot be told"),
        GapChange.REFUSED: _("too little to say"),
    }[one.change]


# Said beside measured


def agreement(found: SaidAndMeasured, metric: str) -> str:
    """How what was said goes with what was measured; empty where neither was said."""
    said = []
    if total := sum(found.on_track):
        text = ngettext(
            "In %(n)s entry the team said that it is on track; in that week %(metric)s was %(seen)s.",
            "In %(n)s entries the team said that it is on track; in these weeks %(metric)s was %(seen)s.",
            total,
        )
        said.append(text % {"n": total, "metric": metric, "seen": _seen(found.on_track)})
    if total := sum(found.in_trouble):
        text = ngettext(
            "In %(n)s entry the team said that it needs attention or is blocked; in that week %(metric)s"
            " was %(seen)s.",
            "In %(n)s entries the team said that it needs attention or is blocked; in these weeks"
            " %(metric)s was %(seen)s.",
            total,
        )
        said.append(text % {"n": total, "metric": metric, "seen": _seen(found.in_trouble)})
    return " ".join(said)


def _seen(counts: tuple[int, int, int]) -> str:
    """Better than usual 5 times and usual 2 times."""
    words = (_("better than usual"), _("usual"), _("worse than usual"))
    seen = [(word, n) for word, n in zip(words, counts, strict=True) if n]
    if len(seen) == 1:
        return seen[0][0]
    return listed(
        [
            ngettext("%(word)s %(n)s time", "%(word)s %(n)s times", n) % {"word": word, "n": n}
            for word, n in seen
        ]
    )
