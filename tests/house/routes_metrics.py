"""Who may open the pages of sources, metrics, pulls and alarms."""

from typing import Any

from django.utils import timezone

from pilots.connectors.sftp import keys
from pilots.evidence.models import Alarm
from pilots.metrics import actions
from pilots.metrics.models import SourceCheck
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, Row, only

# Those who keep sources: the office, the teams and the administrators of St Brigid; and Hugo, of
# Harbor, where an address names nothing of St Brigid.
KEEPERS = only("maya", "jonas", "ada")
SOMEWHERE = KEEPERS | only("hugo")
TEAM = only("maya", "jonas")
OUTSIDE = only("amara", "helen")  # of the team: who may approve what it changes of a locked plan
ANSWERING = TEAM | only("amara", "helen")  # the sponsor, and whoever answers for safety
NOTING = TEAM | only("amara", "helen")  # whoever answers for safety


def a_source(cast: Cast) -> dict[str, Any]:
    return {"pk": make.make_source(cast).pk}


def a_source_that_signs(cast: Cast) -> dict[str, Any]:
    source = actions.create_source(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        name="Quality server",
        kind="fhir_measures",
        config={
            "base_url": "https://fhir.example.org/r4",
            "auth": "smart",
            "client_id": "pilotlight",
            "signing_algorithm": "ES384",
        },
    )
    return {"pk": source.pk}


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_metric(cast: Cast) -> dict[str, Any]:
    metric = make.make_metric(cast, make.open_pilot(cast))
    make.observe(metric, since=make.TODAY.replace(day=2), weeks=2)
    return {"pk": metric.pk}


def a_check(cast: Cast) -> dict[str, Any]:
    """Whoever asked sees the answer, and nobody else, whatever they keep."""
    return {"pk": actions.ask_source(make.make_source(cast), by=cast.jonas, at=NOW).pk}


def a_check_of_sftp(cast: Cast) -> dict[str, Any]:
    """It was asked, and showed a key."""
    source = actions.create_source(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        name="Nightly files",
        kind="sftp",
        config={
            "host": "files.example.org",
            "username": "us",
            "pattern": "late.csv",
            "auth": "key",
        },
    )
    check = actions.ask_source(source, by=cast.jonas, at=NOW)
    key = keys.public(keys.new_key("ssh-ed25519"))
    answer = {"sentence": "It shows a key.", "columns": [], "rows": [], "offered": key}
    SourceCheck.objects.filter(pk=check.pk).update(done_at=NOW, answer=answer)
    return {"pk": check.pk}


def a_pushed_source(cast: Cast) -> dict[str, Any]:
    return {"pk": make.make_source(cast, kind="push").pk}


def a_push_key(cast: Cast) -> dict[str, Any]:
    source = make.make_source(cast, kind="push")
    key, _text = actions.make_push_key(source, by=cast.jonas, at=NOW, name="Nightly", days=30)
    return {"pk": key.pk}


def a_pushed_metric(cast: Cast) -> dict[str, Any]:
    source = make.make_source(cast, kind="push")
    metric = make.make_metric(cast, make.open_pilot(cast), source=source)
    return {"pk": metric.pk, "period": "2026-11-02"}


def a_pushed_group(cast: Cast) -> dict[str, Any]:
    return {**a_pushed_metric(cast), "split": "Ward", "group": "4A"}


def a_counted_metric(cast: Cast) -> dict[str, Any]:
    source = make.make_source(cast, kind="by_hand")
    return {"pk": make.make_metric(cast, make.open_pilot(cast), source=source).pk}


def a_pull(cast: Cast) -> dict[str, Any]:
    metric = make.make_metric(cast, make.open_pilot(cast))
    return {"pk": actions.request_pull(metric, at=NOW).pk}


def an_alarm(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    guardrail = pilot.metrics.get(role="guardrail")
    alarm = Alarm.objects.create(
        metric=guardrail,
        pilot=pilot,
        raised_at=NOW,
        period=make.TODAY,
        level=9,
        limit=5,
        sentence="Beyond its limit of 5.",
    )
    return {"pk": alarm.pk}


def a_happening(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": make.note(pilot, by=cast.jonas).pk}


def an_amendment(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    primary = pilot.metrics.select_related("pilot", "source").get(role="primary")
    actions.edit_metric(primary, by=cast.jonas, at=NOW, reason="Mistyped.", margin=1)
    return {"pk": primary.amendments.get().pk}


def a_bulk_binding(cast: Cast) -> dict[str, Any]:
    """Whoever had it made takes it back, and nobody else."""
    source = make.make_source(
        cast, config={"date": "week", "value": "minutes", "entity_column": "ward"}
    )
    actions.create_each(
        source, by=cast.jonas, at=timezone.now(), unit=cast.brigid, entities=["4W", "5E"],
        name="Minutes", definition="Minutes", kind="value", direction="lower",
        dimension="workflow", cadence="week", pull_from=make.TODAY.replace(day=2),
        binding=source.config,
    )  # fmt: skip
    return {"pk": source.bulk_bindings.get().pk}


def a_sibling(cast: Cast) -> dict[str, Any]:
    """A group of the patients of a pilot's metric."""
    pilot = make.open_pilot(cast)
    metric = make.make_metric(cast, pilot)
    series = make.make_series(cast, metric, cast.brigid, entity="Over 75")
    actions.add_sibling(metric, series=series, kind="group", label="Over 75", by=cast.jonas, at=NOW)
    return {"pk": metric.siblings.get().pk}


ROUTES: dict[str, Row] = {
    "pilots:source-list": Row(get=EVERYBODY),
    "pilots:source-detail": Row(get=HERE, kwargs=a_source),
    "pilots:source-check": Row(get=only("jonas"), kwargs=a_check),
    "pilots:source-host-key-confirm": Row(post=only("jonas"), kwargs=a_check_of_sftp),
    "pilots:source-create": Row(get=SOMEWHERE, post=SOMEWHERE),
    "pilots:source-edit": Row(get=KEEPERS, post=KEEPERS, kwargs=a_source),
    "pilots:source-upload": Row(get=KEEPERS, post=KEEPERS, kwargs=a_source),
    "pilots:source-map": Row(get=KEEPERS, post=KEEPERS, kwargs=a_source),
    "pilots:bulk-binding": Row(get=only("jonas"), post=only("jonas"), kwargs=a_bulk_binding),
    "pilots:push-keys": Row(get=KEEPERS, kwargs=a_pushed_source),
    "pilots:push-key-create": Row(post=KEEPERS, kwargs=a_pushed_source),
    "pilots:push-key-revoke": Row(post=KEEPERS, kwargs=a_push_key),
    "pilots:api-source-numbers": Row(post=KEEPERS, kwargs=a_pushed_source),
    "pilots:api-metric-number": Row(put=KEEPERS, kwargs=a_pushed_metric),
    "pilots:api-group-number": Row(put=KEEPERS, kwargs=a_pushed_group),
    "pilots:source-test-connection": Row(post=KEEPERS, kwargs=a_source),
    "pilots:source-ask-again": Row(post=KEEPERS, kwargs=a_source),
    "pilots:source-change-key": Row(post=KEEPERS, kwargs=a_source_that_signs),
    "pilots:source-keys": Row(
        get=EVERYBODY, kwargs=a_source_that_signs, outsider=True, stranger=True
    ),
    "pilots:metric-create": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:unit-metric-create": Row(get=SOMEWHERE, post=SOMEWHERE),
    "pilots:measure-list": Row(get=EVERYBODY),
    "pilots:api-measure-list": Row(get=EVERYBODY),
    "pilots:metric-edit": Row(get=TEAM, post=TEAM, kwargs=a_metric),
    "pilots:metric-count": Row(get=KEEPERS, post=KEEPERS, kwargs=a_counted_metric),
    "pilots:metric-pull": Row(post=KEEPERS, kwargs=a_metric),
    "pilots:sibling-add": Row(get=TEAM, post=TEAM, kwargs=a_metric),
    "pilots:sibling-remove": Row(get=TEAM, post=TEAM, kwargs=a_sibling),
    "pilots:api-metric-siblings": Row(get=HERE, post=TEAM, kwargs=a_metric),
    "pilots:api-sibling-detail": Row(get=HERE, delete=TEAM, kwargs=a_sibling),
    "pilots:amendment-detail": Row(get=HERE, post=OUTSIDE, kwargs=an_amendment),
    "pilots:amendment-withdraw": Row(post=TEAM, kwargs=an_amendment),
    "pilots:api-amendment-list": Row(get=EVERYBODY),
    "pilots:api-amendment-detail": Row(get=HERE, kwargs=an_amendment),
    "pilots:api-amendment-decide": Row(post=OUTSIDE, kwargs=an_amendment),
    "pilots:api-amendment-withdraw": Row(post=TEAM, kwargs=an_amendment),
    "pilots:pull-take-fewer": Row(post=KEEPERS, kwargs=a_pull),
    "pilots:pull-detail": Row(get=HERE, kwargs=a_pull),
    "pilots:metric-list": Row(get=EVERYBODY),
    "pilots:metric-detail": Row(get=HERE, kwargs=a_metric),
    "pilots:metric-known-then": Row(get=HERE, kwargs=a_metric),
    "pilots:metric-chart": Row(get=HERE, kwargs=a_metric),
    "pilots:alarm-answer": Row(get=HERE, post=ANSWERING, kwargs=an_alarm),
    "pilots:happening-note": Row(get=NOTING, post=NOTING, kwargs=a_pilot),
    "pilots:happening-take-back": Row(get=NOTING, post=NOTING, kwargs=a_happening),
    "pilots:api-pilot-happenings": Row(get=HERE, post=NOTING, kwargs=a_pilot),
    "pilots:api-happening-detail": Row(get=HERE, kwargs=a_happening),
    "pilots:api-happening-take-back": Row(post=NOTING, kwargs=a_happening),
    "pilots:api-source-list": Row(get=EVERYBODY),
    "pilots:api-source-detail": Row(get=HERE, kwargs=a_source),
    "pilots:api-source-file": Row(put=KEEPERS, post=KEEPERS, kwargs=a_source),
    "pilots:api-metric-list": Row(get=EVERYBODY),
    "pilots:api-metric-detail": Row(get=HERE, kwargs=a_metric),
    "pilots:api-metric-observations": Row(get=HERE, kwargs=a_metric),
    "pilots:api-metric-pulls": Row(get=HERE, kwargs=a_metric),
    "pilots:api-metric-pull": Row(post=KEEPERS, kwargs=a_metric),
    "pilots:api-alarm-list": Row(get=EVERYBODY),
    "pilots:api-alarm-detail": Row(get=HERE, kwargs=an_alarm),
    "pilots:api-alarm-answer": Row(post=ANSWERING, kwargs=an_alarm),
}
