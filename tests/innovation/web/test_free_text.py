"""What looks like a patient is said once, for every form and body alike, and its author decides."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from innovation.people.models import User
from innovation.rules.text import visible
from innovation.web.free_text import NamesNoPatient, NamesNoPatientSerializer
from pilots.funding.api import BudgetIn
from pilots.funding.models import BudgetCategory
from pilots.lifecycle.forms import CharterForm
from pilots.lifecycle.models import LogEntry
from tests.factories import pilots as make
from tests.factories.cast import Cast

LEAK = "Patient John Smith, MRN 00482913, got the wrong letter"


class Note(NamesNoPatient):
    not_screened = {"address": "of a system"}

    text = forms.CharField(widget=forms.Textarea)
    address = forms.CharField(required=False)
    mail = forms.EmailField(required=False)


class NoteIn(NamesNoPatientSerializer):
    text = serializers.CharField()


class NotesIn(NamesNoPatientSerializer):
    notes = NoteIn(many=True)


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def test_form_says_what_it_looks_like_and_takes_it_when_its_author_says_so() -> None:
    form = Note({"text": LEAK})
    assert not form.is_valid()
    (said,) = form.non_field_errors()
    assert "a name (“John Smith”) and a record number (“00482913”)" in said
    sure = Note({"text": LEAK, "names_nobody": "on"})
    assert sure.is_valid() and sure.patient_findings
    assert "names_nobody" not in sure.cleaned_data


def test_form_with_a_prefix_asks_under_its_own_name() -> None:
    assert Note({"a-text": LEAK, "a-names_nobody": "on"}, prefix="a").is_valid()
    assert not Note({"a-text": LEAK, "names_nobody": "on"}, prefix="a").is_valid()


def test_field_that_is_left_out_and_text_that_stood_there_before_are_not_asked_about() -> None:
    assert Note({"text": "All well", "address": "MRN 00482913"}).is_valid()
    assert Note({"text": LEAK}, initial={"text": LEAK}).is_valid()
    assert not Note({"text": LEAK + "."}, initial={"text": LEAK}).is_valid()


def test_body_is_looked_at_with_the_bodies_inside_it() -> None:
    with pytest.raises(ValidationError, match="names_nobody"):
        NotesIn(data={"notes": [{"text": "fine"}, {"text": LEAK}]}).is_valid(raise_exception=True)
    sure = NotesIn(data={"notes": [{"text": LEAK}], "names_nobody": True})
    assert sure.is_valid() and sure.warned
    assert dict(sure.validated_data["notes"][0]) == {"text": LEAK}


@pytest.mark.parametrize("hidden", ["\u200b", " \u2800 ", "\u202e\u00ad\n"])
def test_text_that_nobody_sees_fills_no_field_and_is_not_kept(hidden: str) -> None:
    assert Note({"text": hidden}).has_error("text", "required")
    said = Note({"text": f"All{hidden}well ", "address": f"{hidden}here"})
    assert said.is_valid()
    assert said.cleaned_data["text"] == visible(f"All{hidden}well")
    assert said.cleaned_data["address"] == "here"
    with pytest.raises(ValidationError, match="blank"):
        NoteIn(data={"text": hidden}).is_valid(raise_exception=True)
    with pytest.raises(ValidationError, match="blank"):
        NotesIn(data={"notes": [{"text": hidden}]}).is_valid(raise_exception=True)


def test_body_sent_as_a_form_is_read_in_the_same_way() -> None:
    class Words(NamesNoPatientSerializer):
        words = serializers.ListField(child=serializers.CharField())
        notes = NoteIn(many=True)

    sent = QueryDict("words=a%E2%80%8Bb&words=c&notes[0]text=d%E2%80%8B")
    read = Words(data=sent)
    assert read.is_valid(), read.errors
    assert read.validated_data["words"] == ["ab", "c"]
    assert read.validated_data["notes"][0]["text"] == "d"
    assert not Words(data=QueryDict("words=%E2%80%8B&notes[0]text=d")).is_valid()
    assert not Words(data=QueryDict("words=a&notes[0]text=%E2%80%8B")).is_valid()


def test_body_with_a_file_that_lies_on_the_disk_is_read() -> None:
    class Note(NamesNoPatientSerializer):
        text = serializers.CharField()
        file = serializers.FileField()

    with TemporaryUploadedFile("plan.txt", "text/plain", 5, None) as file:
        file.write(b"plain")
        file.seek(0)
        body = Note(data=MultiValueDict({"text": ["A\u200b plan"], "file": [file]}))
        assert body.is_valid(), body.errors
        assert body.validated_data["text"] == "A plan"
        assert body.validated_data["file"] is file


def test_patient_whose_name_is_broken_by_what_nobody_sees_is_asked_about() -> None:
    assert not Note({"text": "Mr\u200b Smi\u00adth fell"}).is_valid()
    assert not NoteIn(data={"text": "M\u2060r Smith fell"}).is_valid()


def test_lines_of_a_budget_are_looked_at_with_it() -> None:
    lines = [
        {
            "category": BudgetCategory.TRAINING,
            "description": "Mrs Achterberg’s bed",
            "amount": "10.00",
        }
    ]
    assert not BudgetIn(data={"fund": 1, "lines": lines}).is_valid()
    assert BudgetIn(data={"fund": 1, "lines": lines, "names_nobody": True}).is_valid()


def test_log_and_charter_ask_before_a_patient_stands_in_them(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    lead, address = browser_of(pilot.lead), reverse("pilots:pilot-log-write", args=[pilot.pk])
    words: dict[str, Any] = {"status": "on_track", "done": LEAK}
    answer = lead.post(address, words)
    page = answer.content.decode()
    assert answer.status_code == 400 and "This may tell who a patient is" in page
    assert 'name="names_nobody"' in page and LEAK in page
    assert not LogEntry.objects.exists()
    assert lead.post(address, {**words, "names_nobody": "on"}).status_code == 302
    assert LogEntry.objects.get().done == LEAK

    api = reverse("pilots:api-pilot-log", args=[pilot.pk])
    assert lead.post(api, words, content_type="application/json").status_code == 400
    sure = {**words, "names_nobody": True}
    assert lead.post(api, sure, content_type="application/json").status_code == 201


def test_charter_does_not_ask_again_about_what_it_says_already(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    pilot.change = LEAK
    given = CharterForm(user=pilot.lead, instance=pilot).initial
    typed = {name: "" if value is None else value for name, value in given.items()}
    same = CharterForm(typed, user=pilot.lead, instance=pilot)
    same.is_valid()
    assert same.patient_findings == []
    other = CharterForm({**typed, "summary": LEAK}, user=pilot.lead, instance=pilot)
    assert not other.is_valid() and other.patient_findings
