"""The transition tables hold together, and the document that draws them is theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from innovation.management.commands.draw_lifecycles import DOCUMENT, drawn, lifecycles

TABLES = [table for _module, table in lifecycles()]


def model_of(noun: str) -> Any:
    return next(model for model in apps.get_models() if model._meta.model_name == noun)


def test_the_document_shows_the_tables_as_they_are() -> None:
    written = (Path(settings.BASE_DIR) / DOCUMENT).read_text()
    assert written == drawn(), "run `manage.py draw_lifecycles` and commit what it wrote"


def test_there_are_tables() -> None:
    assert {table.noun for table in TABLES} >= {"need", "idea", "pilot"}


def test_every_status_of_a_table_is_one_of_its_model() -> None:
    for table in TABLES:
        known = set(model_of(table.noun)._meta.get_field("status").choices or ())
        values = {value for value, _label in known}
        named = {table.initial} | {s for each in table.transitions for s in each.sources}
        named |= {each.target for each in table.transitions if each.target}
        assert named == values, table.noun


def test_every_status_can_be_reached_and_every_verb_stands_once() -> None:
    for table in TABLES:
        verbs = [each.verb for each in table.transitions]
        assert len(verbs) == len(set(verbs)), table.noun
        reached = {table.initial}
        before: set[str] = set()
        while reached != before:
            before = set(reached)
            leaving = [each for each in table.transitions if reached & {*each.sources}]
            reached |= {each.target for each in leaving if each.target}
        named = {s for each in table.transitions for s in each.sources}
        assert named <= reached, f"{table.noun}: never reached: {named - reached}"


def test_every_model_with_a_table_refuses_other_hands() -> None:
    for table in TABLES:
        names = {trigger.name for trigger in model_of(table.noun)._meta.triggers}
        assert {"status_through_engine", "status_begins_at_initial"} <= names, table.noun


def test_every_event_of_a_table_is_named_after_its_noun() -> None:
    for table in TABLES:
        for each in table.transitions:
            assert each.event.startswith(f"{table.noun}."), each
