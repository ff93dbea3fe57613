"""Connecting a source and changing it. Its secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.people.permissions import check_can_hand_over
from innovation.rules import constraints, reasons
from innovation.rules.key_ring import SealedWithAnotherKey
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.connectors import csv_text, hidden, kinds
from pilots.connectors.errors import SourceError
from pilots.connectors.fields import MARK
from pilots.lifecycle.models import Pilot
from pilots.metrics import credentials, stored_files
from pilots.metrics.actions import pace, signing_keys, source_amendments
from pilots.metrics.actions.requests import pull_again
from pilots.metrics.actions.source_amendments import SourceSettings
from pilots.metrics.models import Source, SourceFile
from pilots.metrics.permissions import (
    check_can_amend_by_source,
    check_can_edit_source,
    check_can_manage_sources,
    check_can_plan,
    check_no_open_alarm,
)
from pilots.metrics.queries import latest_file
from pilots.metrics.room import MetricsPermission

# Rows of a file, by which it is known to be a table.
LOOKED_AT = 500


@atomic
def create_source(
    *,
    by: User,
    at: datetime,
    unit: Unit,
    name: str,
    kind: str,
    config: Mapping[str, object],
    secrets: Mapping[str, str] | None = None,
    steward: str = "",
) -> Source:
    """Connect a source to a unit. `config` and `secrets` are those of its kind."""
    check_can_manage_sources(by, unit)
    veiled, behind = _veiled(kind, _checked(kind, config))
    secrets = signing_keys.completed(veiled, secrets or {}, {})
    source = Source(
        name=visible(name),
        kind=kind,
        unit=unit,
        steward=visible(steward),
        config=veiled,
        hidden=credentials.seal(behind),
        secret=credentials.seal(secrets),
        created_at=at,
        created_by=by,
    )
    _save(source)
    audit.record("source.created", source, by=by, at=at, kind=source.connector.label)
    return source


@atomic
def keep_inside_source(kind: str, pilot: Pilot, *, by: User, at: datetime) -> Source:
    """The source of a pilot's unit for numbers that are made here, connected where there is none yet.
    It reaches nothing, so whoever plans what is measured may."""
    lock(pilot)
    check_can_plan(by, pilot=pilot)
    known = Source.objects.filter(unit=pilot.unit, kind=kind).order_by("pk").first()
    if known is not None:
        return known
    source = Source(
        name=kinds.get(kind).label,
        kind=kind,
        unit=pilot.unit,
        secret=credentials.seal({}),
        hidden=credentials.seal({}),
        created_at=at,
        created_by=by,
    )
    _save(source)
    audit.record("source.created", source, by=by, at=at, kind=source.connector.label)
    return source


@atomic
def hand_over_source(source: Source, *, by: User, at: datetime, to: User) -> None:
    """Give a source, whose keeper has left, to another who may keep sources there."""
    lock(source)
    before = source.kept_by
    check_can_hand_over(by, source.unit_id, before, MetricsPermission.MANAGE_SOURCES)
    check_can_manage_sources(to, source.unit)
    source.keeper = to
    source.save(update_fields=["keeper"])
    audit.record(
        "source.handed_over",
        source,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )


@atomic
def edit_source(
    source: Source,
    *,
    by: User,
    at: datetime,
    name: str,
    config: Mapping[str, object],
    secrets: Mapping[str, str] | None = None,
    steward: str = "",
    reason: str = "",
) -> Source:
    """Change how a source is reached. Secrets that are not given, and what a mark stands for, stay
    as they are, unless the address changed: a password is not sent to a place it was not given
    for. Where the plan of a metric of it was locked, another setting is an amendment of that plan:
    it takes a reason, and is told to those concerned."""
    source_amendments.hold_plans(source)
    lock(source)
    check_can_edit_source(by, source)
    fields = source.connector.fields
    behind_before = _known(source.hidden)
    moved = source.connector.servers(config) != source.connector.servers(source.config)
    known = {} if moved else _known(source.secret)
    secrets = signing_keys.completed(config, secrets or {}, known)
    if not moved:
        config = hidden.unveil(fields, config, behind_before)
    if moved and ((source.secret and not secrets) or hidden.is_veiled(fields, config)):
        raise Refused(
            _(
                "The address is another one now. Enter the password, token or key again: it is not"
                " sent to a place it was not given for."
            )
        )
    config = _checked(source.kind, config)
    config, behind = _veiled(source.kind, config)
    anew = config != source.config or behind != behind_before
    changed = [
        label
        for label, differs in (
            (_("name"), visible(name) != source.name),
            (_("settings"), anew),
            (_("credentials"), bool(secrets)),
            (_("who can fix it"), visible(steward) != source.steward),
        )
        if differs
    ]
    if not changed:
        return source
    before = SourceSettings(dict(source.config), behind_before)
    after = SourceSettings(config, behind)
    amended = source_amendments.amended_by(source, before, after, hold=True) if anew else []
    check_can_amend_by_source(by, amended)
    check_no_open_alarm(amended)
    reason = reasons.required(reason) if amended else ""
    if secrets:
        source.secret = credentials.seal({**known, **secrets})
    if anew:
        source.config, source.hidden = config, credentials.seal(behind)
    source.name, source.steward = visible(name), visible(steward)
    _save(source)
    source_amendments.amend(amended, before, after, reason=reason, by=by, at=at)
    if anew or secrets:
        pull_again(source, by=by, at=at)
        pace.forget(source)
    if amended:
        pilots = {metric.pilot_id: metric.pilot for metric in amended if metric.pilot is not None}
        audit.record(
            "source.amended",
            source,
            by=by,
            at=at,
            also=[*amended, *pilots.values()],
            reason=reason,
            changed=", ".join(changed),
            values=source_amendments.in_words(source.connector, before, after),
        )
    else:
        audit.record("source.edited", source, by=by, at=at, changed=", ".join(changed))
    return source


def takes_reason_to_edit(source: Source, config: Mapping[str, object]) -> bool:
    """Whether other settings would amend a plan that was locked."""
    behind = _known(source.hidden)
    before = SourceSettings(source.config, behind)
    fields = source.connector.fields
    after = SourceSettings(*_veiled(source.kind, hidden.unveil(fields, config, behind)))
    return bool(source_amendments.amended_by(source, before, after))


@atomic
def upload_file(
    source: Source, *, name: str, content: bytes | Path, by: User, at: datetime
) -> tuple[SourceFile, bool]:
    """Keep a file as it came, once it is known to be a table, and pull every metric on it. Nothing
    changes where the source holds this content already: the file that is kept, and whether it is
    new."""
    check_can_edit_source(by, source)
    file = source.connector.file
    if file is None or not source.connector.uploaded:
        raise Refused(_("This source fetches its numbers by itself; it takes no file."))
    if csv_text.size_of(content) > settings.LARGEST_FILE:
        raise Malformed(stored_files.too_large())
    try:
        file.preview(content, most=LOOKED_AT)
    except SourceError as error:
        raise Malformed(error.sentence) from None
    lock(source)
    digest = stored_files.sha256(content)
    last = latest_file(source.pk)
    if last is not None and last.sha256 == digest:
        return last, False
    kept = SourceFile.objects.create(
        source=source,
        name=_base_name(name),
        sha256=digest,
        uploaded_at=at,
        uploaded_by=by,
    )
    stored_files.write(kept, content)
    pull_again(source, by=by, at=at)
    audit.record("source.file_uploaded", source, by=by, at=at, file=kept.name, sha256=digest)
    return kept, True


def _checked(kind: str, config: Mapping[str, object]) -> dict[str, object]:
    try:
        known = kinds.get(kind)
    except KeyError:
        raise Refused(_("There is no such kind of source.")) from None
    if hidden.is_veiled(known.fields, config):
        raise Refused(
            _("“%(mark)s” stands for a value that is not known here. Enter the value itself.")
            % {"mark": MARK}
        )
    cleaned = {
        # A file's column mapping may be kept with the source, for all its metrics.
        **{k: v for k, v in known.clean(config, scope="metric").items() if k in config},
        **known.clean(config, scope="source"),
    }
    problems = known.problems(cleaned, scope="source")
    if problems:
        raise Refused(" ".join(problems.values()))
    return cleaned


def _veiled(kind: str, config: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    return hidden.veil(kinds.of_source(kind).fields, config)


def _known(sealed: bytes | memoryview) -> dict[str, str]:
    try:
        return credentials.unseal(sealed)
    except SealedWithAnotherKey:
        return {}


def _base_name(name: str) -> str:
    shown = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in shown if c.isprintable()).strip()[:200] or "file.csv"


def _save(source: Source) -> None:
    source.server = source.served_by
    with constraints.explained():
        source.full_clean(exclude=["unit", "created_by"])
        source.save()
