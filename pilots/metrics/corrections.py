"""Past numbers of what an approved pilot is judged by, changed after its resources were approved.

A plan that is changed waits for approval; a number that is changed does not, because sources correct what
they said. So it is seen: by whom, how many, from what to what. A file that a person brought is said beside
the verdict and told to sponsor and safety reviewers; what a system corrects by itself is said quietly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from pilots.metrics.figures import figures, is_share
from pilots.metrics.models import Metric
from pilots.metrics.permissions import is_judged_by

# What each pull changed: the former numbers and those that came instead, which are the next revision or
# what is known now. Whose file it was is who brought the last one before the pull ended; or somebody typed it,
# or sent it by a program that they answer for.
CHANGED = """
WITH judged AS (
    SELECT id, pilot_id, id AS series_id FROM pilots_metric WHERE id = ANY(%(metrics)s)
    UNION ALL
    SELECT m.id, m.pilot_id, s.series_id FROM pilots_sibling s
    JOIN pilots_metric m ON m.id = s.metric_id
    WHERE m.id = ANY(%(metrics)s) AND s.kind = 'site'
), approved AS (
    SELECT j.id AS judged_id, j.series_id AS metric_id, (
        SELECT max(s.at) FROM innovation_statechange s
        WHERE s.subject = 'pilot:' || j.pilot_id AND s.verb = 'approve'
    ) AS at
    FROM judged j
), changed AS (
    SELECT a.judged_id, r.metric_id, r.replaced_by_pull_id AS pull_id, max(r.replaced_at) AS at, count(*) AS count,
        avg(r.value) AS value_before, sum(r.numerator) / nullif(sum(r.denominator), 0) AS share_before,
        avg(coalesce(n.value, o.value)) AS value_after,
        sum(coalesce(n.numerator, o.numerator))
            / nullif(sum(coalesce(n.denominator, o.denominator)), 0) AS share_after,
        sum(r.expected) AS expected_before,
        -- A number that came instead says nothing of it, or something else.
        sum(CASE WHEN n.id IS NULL THEN o.expected ELSE n.expected END) AS expected_after
    FROM pilots_revision r
    JOIN approved a ON a.metric_id = r.metric_id AND r.replaced_at > a.at
    LEFT JOIN pilots_revision n
        ON n.metric_id = r.metric_id AND n.period = r.period AND n.revision = r.revision + 1
    LEFT JOIN pilots_observation o
        ON o.metric_id = r.metric_id AND o.period = r.period AND n.id IS NULL
    GROUP BY a.judged_id, r.metric_id, r.replaced_by_pull_id
)
SELECT c.judged_id, c.metric_id <> c.judged_id, c.pull_id, c.at, c.count, c.value_before, c.share_before, c.value_after,
    c.share_after, c.expected_before, c.expected_after, f.person_id, coalesce(f.name, ''),
    coalesce(f.typed, false), coalesce(f.sent, false)
FROM changed c
LEFT JOIN pilots_pull p ON p.id = c.pull_id
LEFT JOIN LATERAL (
    (SELECT u.id AS person_id, u.name, u.kind, false AS typed, false AS sent FROM pilots_sourcefile f
    JOIN innovation_user u ON u.id = f.uploaded_by_id
    WHERE f.source_id = p.source_id AND f.uploaded_at <= p.finished_at ORDER BY f.id DESC LIMIT 1)
    UNION ALL
    SELECT u.id, u.name, u.kind, true, false FROM pilots_handcount h
    JOIN innovation_user u ON u.id = h.by_id WHERE h.pull_id = p.id
    UNION ALL
    SELECT u.id, u.name, u.kind, false, true FROM pilots_source s
    JOIN innovation_user u ON u.id = p.requested_by_id WHERE s.id = p.source_id AND s.kind = 'push'
) f ON f.kind <> 'service'
ORDER BY c.at DESC, c.judged_id, c.metric_id
"""


@dataclass(frozen=True)
class Correction:
    """What one pull changed of the past of one metric, or `elsewhere`: of a site that it is compared with,
    which not everybody may see. `by` is empty where no person's file did."""

    metric: Metric
    pull_id: int
    at: datetime
    count: int
    before: Decimal | None
    after: Decimal | None
    person_id: int | None
    by: str
    elsewhere: bool
    # How many the patients' risks let expect, before and now; None where nobody said.
    expected: tuple[Decimal | None, Decimal | None] = (None, None)
    typed: bool = False  # by hand, and by no file
    sent: bool = False  # by a program that a person answers for

    @property
    def written(self) -> tuple[str, str]:
        """Before and after, in the metric's unit."""
        write = figures(self.metric, None if self.before is None else float(self.before)).write
        return write(self.before), write(self.after)

    @property
    def sentence(self) -> str:
        if self.elsewhere and self.typed:
            return (
                ngettext(
                    "%(count)s past number of a site that it is compared with was changed by hand by %(by)s on"
                    " %(day)s.",
                    "%(count)s past numbers of a site that it is compared with were changed by hand by %(by)s on"
                    " %(day)s.",
                    self.count,
                )
                % self._facts
            )
        if self.elsewhere:
            return (
                ngettext(
                    "%(count)s past number of a site that it is compared with was changed by %(what)s on"
                    " %(day)s.",
                    "%(count)s past numbers of a site that it is compared with were changed by %(what)s on"
                    " %(day)s.",
                    self.count,
                )
                % self._facts
            )
        by_hand, by_file = self._said_of_them
        said = by_hand if self.typed else by_file
        return f"{said} {self._of_risks}".strip()

    @property
    def _said_of_them(self) -> tuple[str, str]:
        before, after = self.written
        facts = self._facts | {"before": before, "after": after}
        by_hand = ngettext(
            "%(count)s past number was changed by hand by %(by)s on %(day)s; before it said %(before)s, now"
            " %(after)s.",
            "%(count)s past numbers were changed by hand by %(by)s on %(day)s; before they said %(before)s on"
            " average, now %(after)s.",
            self.count,
        )
        by_file = ngettext(
            "%(count)s past number was changed by %(what)s on %(day)s; before it said "
            "%(before)s, now %(after)s.",
            "%(count)s past numbers were changed by %(what)s on %(day)s; before they said "
            "%(before)s on average, now %(after)s.",
            self.count,
        )
        return by_hand % facts, by_file % facts

    @property
    def _facts(self) -> dict[str, str]:
        what = _("a program of %(by)s") if self.sent else _("a file of %(by)s")
        return {
            "count": number(self.count, 0),
            "by": self.by,
            "what": what % {"by": self.by},
            "day": dates.day_in_words(dates.day_of(self.at)),
        }

    @property
    def _of_risks(self) -> str:
        """What became of the risks by which it is judged."""
        before, after = (
            _("nothing") if one is None else number(float(one), 1) for one in self.expected
        )
        if before == after:
            return ""
        return _("By the patients' risks %(before)s was to be expected, now %(after)s.") % {
            "before": before,
            "after": after,
        }


def of_metrics(metrics: Iterable[Metric]) -> list[Correction]:
    """What was changed of those by which an approved pilot is judged, and of the sites that these are
    compared with, the last change first. Pass metrics with their pilot."""
    judged = {metric.pk: metric for metric in metrics if is_judged_by(metric)}
    if not judged:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"metrics": list(judged)})
        rows = cursor.fetchall()
    found = []
    for row in rows:
        (
            pk,
            elsewhere,
            pull,
            at,
            count,
            value,
            share,
            value_now,
            share_now,
            *risks,
            person,
            name,
            typed,
            sent,
        ) = row
        metric = judged[pk]
        before, after = (share, share_now) if is_share(metric) else (value, value_now)
        expected = risks[0], risks[1]
        found.append(
            Correction(
                metric,
                pull,
                at,
                count,
                before,
                after,
                person,
                name,
                elsewhere,
                expected,
                typed,
                sent,
            )
        )
    return found


def by_files(corrections: Iterable[Correction]) -> list[Correction]:
    """Those that a person's file or program brought, or somebody typed in."""
    return [one for one in corrections if one.by]


def by_systems(corrections: Sequence[Correction]) -> list[tuple[Metric, str]]:
    """The others in a sentence for each metric; sites elsewhere correct themselves every week."""
    found: dict[int, list[Correction]] = {}
    for one in corrections:
        if not one.by and not one.elsewhere:
            found.setdefault(one.metric.pk, []).append(one)
    return [(of_one[0].metric, _of_pulls(of_one)) for of_one in found.values()]


def _of_pulls(corrections: Sequence[Correction]) -> str:
    count = sum(one.count for one in corrections)
    return ngettext(
        "%(count)s past number was corrected by its source since the resources were approved, on %(day)s.",
        "%(count)s past numbers were corrected by their source since the resources were approved, the last "
        "on %(day)s.",
        count,
    ) % {
        "count": number(count, 0),
        "day": dates.day_in_words(dates.day_of(corrections[0].at)),
    }


def title(pilot: str, *, typed: bool = False, sent: bool = False) -> str:
    """Of what sponsor and safety reviewers are told."""
    if sent:
        return _("Past numbers of “%(pilot)s” were changed by a program") % {"pilot": pilot}
    if typed:
        return _("Past numbers of “%(pilot)s” were changed by hand") % {"pilot": pilot}
    return _("Past numbers of “%(pilot)s” were changed by a file") % {"pilot": pilot}
