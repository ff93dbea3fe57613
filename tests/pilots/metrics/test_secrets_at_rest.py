"""What a dump of the database says of secrets: nothing, before and after the key is replaced."""

from __future__ import annotations

import base64
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.people import recovery_codes
from innovation.people.models import Session
from innovation.people.resealing import sessions
from innovation.rules.refusal import Refused
from pilots.connectors.fields import MARK
from pilots.metrics import actions, collect, credentials
from pilots.metrics.models import Metric, Source
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.pilots.metrics import server

pytestmark = pytest.mark.django_db

HEADER, QUERY, LOGIN = "header-key-9f2c", "query-key-7b1e", "bearer-token-3d5a"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def connect(cast: Cast, **config: object) -> Source:
    return actions.create_source(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        name="Reporting",
        kind="rest_json",
        config={
            "base_url": f"https://reports.lakeshore.example/api?key={QUERY}",
            "auth": "bearer",
            "headers": {"X-Api-Key": HEADER},
            **config,
        },
        secrets={"token": LOGIN},
    )


def edit(source: Source, cast: Cast, **config: object) -> None:
    actions.edit_source(
        source, by=cast.jonas, at=NOW, name=source.name, config={**source.config, **config}
    )


def dump() -> str:
    """Every column of every table, as text; bytes as the text that they are."""
    said = []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, column_name, data_type FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
            """
        )
        for table, column, kind in cursor.fetchall():
            shown = f'"{column}"::text'
            if kind == "bytea":
                shown = f"encode(\"{column}\", 'escape')"
            cursor.execute(f'SELECT {shown} FROM "{table}"')
            said += [str(value) for (value,) in cursor.fetchall() if value]
    return "\n".join(said)


def plant(cast: Cast) -> list[str]:
    """Secrets of every kind; what no dump may say."""
    connect(cast)
    TOTP.activate(cast.ana, SEED)
    made = recovery_codes.make(cast.ana, anew=True)
    assert made
    visitor = Client()
    visitor.post(reverse("account_login"), {"login": cast.ben.email, "password": PASSWORD})
    visitor.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    waiting = visitor.get(reverse("mfa_activate_totp")).context["form"].secret
    key = visitor.cookies["sessionid"].value
    return [HEADER, QUERY, LOGIN, SEED, *made[1], waiting, key, PASSWORD]


def test_no_column_says_a_secret_before_or_after_the_key_is_replaced(
    cast: Cast, settings: Settings
) -> None:
    planted = plant(cast)
    planted += [secret.replace("-", "") for secret in planted[4:14]]
    disguised = [base64.b64encode(secret.encode()).decode().rstrip("=") for secret in planted]
    said = dump()
    assert "reports.lakeshore.example" in said and cast.ana.email in said
    assert [secret for secret in planted + disguised if secret in said] == []

    settings.FORMER_CREDENTIAL_KEY, settings.CREDENTIAL_KEY = settings.CREDENTIAL_KEY, "the next"
    out = StringIO()
    call_command("rotate_secrets", dry_run=True, stdout=out)
    assert "credentials and settings of sources: 2 to be sealed anew, 0 with" in out.getvalue()
    assert dump() == said

    call_command("rotate_secrets", stdout=out)
    assert "PILOTLIGHT_FORMER_CREDENTIAL_KEY is no longer needed." in out.getvalue()
    event = Event.objects.get(type="secret.resealed")
    assert event.details == {"secrets": 2 + 1 + Session.objects.count()}
    said = dump()
    assert [secret for secret in planted + disguised if secret in said] == []

    settings.FORMER_CREDENTIAL_KEY = ""
    source = Source.objects.get()
    assert collect.secrets_of(source) == {"token": LOGIN}
    assert collect.config_of(source)["headers"] == {"X-Api-Key": HEADER}
    assert all(recovery_codes.spend(cast.ana, code) for code in planted[4:14])
    again = StringIO()
    call_command("rotate_secrets", stdout=again)
    assert " 0 sealed anew" in again.getvalue()
    assert Event.objects.filter(type="secret.resealed").count() == 1


def test_secrets_of_a_lost_key_are_named_and_left(cast: Cast, settings: Settings) -> None:
    plant(cast)
    kept = bytes(Source.objects.get().secret)
    settings.CREDENTIAL_KEY = "another key"
    with pytest.raises(CommandError, match=rf"person:{cast.ana.pk}, source:\d+\. Bring back"):
        call_command("rotate_secrets", stdout=StringIO())
    assert bytes(Source.objects.get().secret) == kept
    assert not Session.objects.exists()  # nobody can use them


def test_session_that_changes_while_keys_are_replaced_is_left(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote it meanwhile sealed it with the newest key; its words are not lost."""
    ana = Client()
    ana.force_login(cast.ana)
    settings.FORMER_CREDENTIAL_KEY, settings.CREDENTIAL_KEY = settings.CREDENTIAL_KEY, "the next"
    from innovation.rules.key_ring import Tally

    take = Tally.take

    def slowly(*args: object, **kwargs: object) -> bytes:
        session = ana.session
        session["note"] = "typed meanwhile"
        session.save()
        return take(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Tally, "take", slowly)
    assert sessions(write=True).anew == 1
    assert ana.session["note"] == "typed meanwhile"
    assert ana.get(reverse("innovation:profile")).status_code == 200


def test_keys_in_headers_and_addresses_go_in_and_never_come_out(cast: Cast) -> None:
    source = connect(cast)
    jonas = Client()
    jonas.force_login(cast.jonas)
    pages = [
        jonas.get(reverse(f"pilots:{name}", args=[source.pk])).content.decode()
        for name in ("source-detail", "source-edit")
    ]
    assert all(MARK in page for page in pages)
    pages.append(jonas.get(reverse("pilots:api-source-detail", args=[source.pk])).content.decode())
    pages.append(str(list(Event.objects.values_list("details", flat=True))))
    assert [key for key in (HEADER, QUERY, LOGIN) for page in pages if key in page] == []


def test_form_that_sends_the_marks_back_keeps_what_they_stand_for(cast: Cast) -> None:
    source = connect(cast)
    jonas = Client()
    jonas.force_login(cast.jonas)
    address = reverse("pilots:source-edit", args=[source.pk])
    form = jonas.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert jonas.post(address, {**sent, "name": "Renamed"}).status_code == 302
    source.refresh_from_db()
    assert source.name == "Renamed"
    assert collect.config_of(source)["headers"] == {"X-Api-Key": HEADER}
    assert str(collect.config_of(source)["base_url"]).endswith(f"?key={QUERY}")

    headers = f"X-Api-Key: {MARK}\nAccept-Language: en"
    jonas.post(address, {**sent, "headers": headers})
    source.refresh_from_db()
    assert collect.config_of(source)["headers"] == {"X-Api-Key": HEADER, "Accept-Language": "en"}
    assert (
        "settings" in Event.objects.filter(type="source.edited").latest("number").details["changed"]
    )


def test_key_is_not_sent_to_a_place_it_was_not_given_for(cast: Cast) -> None:
    source = connect(cast)
    elsewhere = f"https://collector.example/api?key={MARK}"
    with pytest.raises(Refused, match="not sent to a place"):
        actions.edit_source(
            source,
            by=cast.jonas,
            at=NOW,
            name=source.name,
            config={**source.config, "base_url": elsewhere, "headers": {}},
            secrets={"token": "another"},
        )
    source.refresh_from_db()
    assert collect.config_of(source)["headers"] == {"X-Api-Key": HEADER}


def test_mark_that_stands_for_nothing_known_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="not known here"):
        connect(cast, headers={"X-Api-Key": MARK})
    source = connect(cast)
    with pytest.raises(Refused, match="not known here"):
        edit(source, cast, headers={"X-Other": MARK})


def test_database_refuses_a_header_that_is_not_hidden(cast: Cast) -> None:
    source = connect(cast)
    with pytest.raises(IntegrityError, match="source_headers_hidden"), transaction.atomic():
        Source.objects.filter(pk=source.pk).update(config={"headers": {"X-Api-Key": "plain"}})


def test_pull_sends_what_the_marks_stand_for(
    metric: Metric, hospital: server.Source, cast: Cast
) -> None:
    source = metric.source
    edit(source, cast, base_url=f"{hospital.url}?key={QUERY}", headers={"X-Api-Key": HEADER})
    actions.run_pull(metric.pulls.filter(finished_at=None).latest("pk").pk, at=NOW)
    [asked] = hospital.asked
    assert QUERY in str(asked)
    pull = metric.pulls.latest("pk")
    assert QUERY not in f"{pull.origin} {pull.problem} {pull.notes}"


def test_key_in_the_path_of_a_metric_is_sent_where_it_is_hidden(metric: Metric, cast: Cast) -> None:
    """The path is a part of the definition: the API and the page show it."""
    path = f"late?from={{start}}&until={{end}}&api_key={QUERY}"
    with pytest.raises(Refused, match="“api_key” in the path looks like a key"):
        actions.edit_metric(metric, by=cast.jonas, at=NOW, binding={**metric.binding, "path": path})
    metric.refresh_from_db()
    assert QUERY not in str(metric.binding)


def test_migration_hides_what_was_kept_plainly(cast: Cast) -> None:
    source = connect(cast)
    plain = collect.config_of(source)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pilots_source DROP CONSTRAINT source_headers_hidden")
    Source.objects.update(config=plain, hidden=b"")
    import_module("pilots.migrations.0009_hidden_settings_of_sources").hide(apps, None)
    source.refresh_from_db()
    assert source.config["headers"] == {"X-Api-Key": MARK} and QUERY not in str(source.config)
    assert collect.config_of(source) == plain
    assert set(credentials.unseal(source.hidden).values()) == {HEADER, QUERY}
