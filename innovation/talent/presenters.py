"""People, their skills and calls for help as JSON; what the record shows, in a sentence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.talent.disciplines import Discipline, OpenFor
from innovation.talent.models import HelpCall, HelpOffer, HelpTime, OfferAnswer, TalentProfile
from innovation.talent.queries import Called, FoundPerson
from innovation.web.panels import EarnedSkill


def because(one: EarnedSkill) -> str:
    """ "Wrote 3 hazards: Sepsis bundle, 2026" """
    return _("%(did)s: %(about)s, %(year)s") % {
        "did": one.did,
        "about": one.about,
        "year": one.year,
    }


class SkillOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()


class EarnedOut(serializers.Serializer[EarnedSkill]):
    """What the record shows: read from what was done, and written by nobody."""

    skill = serializers.CharField()
    did = serializers.CharField()
    about = serializers.CharField()
    page = serializers.CharField(source="url")
    on = serializers.DateField()


class ProfileOut(serializers.ModelSerializer[TalentProfile]):
    """One's own profile."""

    discipline = serializers.ChoiceField(Discipline.choices, read_only=True)
    skills = serializers.ListField(child=serializers.CharField(), read_only=True)
    open_for = serializers.ListField(child=serializers.ChoiceField(OpenFor.choices), read_only=True)

    class Meta:
        model = TalentProfile
        fields = (
            "person", "discipline", "line", "skills", "own_words", "wishes", "open_for", "shown_since",
            "changed_at",
        )  # fmt: skip
        read_only_fields = fields


class TalentOut(serializers.Serializer[Any]):
    """Somebody who can be found; `earned` is what the record shows, `skills` what they say."""

    person = serializers.IntegerField(source="profile.person_id")
    name = serializers.CharField(source="person.name")
    job_title = serializers.CharField(source="person.job_title")
    unit = serializers.IntegerField(source="person.unit_id", allow_null=True)
    discipline = serializers.ChoiceField(Discipline.choices, source="profile.discipline")
    line = serializers.CharField(source="profile.line")
    skills = serializers.ListField(child=serializers.CharField(), source="profile.skills")
    own_words = serializers.CharField(source="profile.own_words")
    wishes = serializers.CharField(source="profile.wishes")
    open_for = serializers.ListField(
        child=serializers.ChoiceField(OpenFor.choices), source="profile.open_for"
    )
    earned = EarnedOut(many=True)
    because = serializers.SerializerMethodField()
    page = serializers.CharField(source="profile.get_absolute_url")

    def get_because(self, found: FoundPerson) -> list[str]:
        return [*(because(one) for one in found.because_earned), *found.because_said]


class OfferOut(serializers.ModelSerializer[HelpOffer]):
    """Help that somebody offered: read by them and by who asked."""

    person = serializers.IntegerField(source="person_id")
    name = serializers.CharField(source="person.name")
    answer = serializers.ChoiceField(OfferAnswer.choices, allow_blank=True, read_only=True)

    class Meta:
        model = HelpOffer
        fields = (
            "id",
            "call",
            "person",
            "name",
            "words",
            "at",
            "answer",
            "answered_at",
            "answer_words",
        )
        read_only_fields = fields


class CallOut(serializers.ModelSerializer[HelpCall]):
    skills = serializers.ListField(child=serializers.CharField(), read_only=True)
    time = serializers.ChoiceField(HelpTime.choices, read_only=True)
    asked_by = serializers.CharField(source="asked_by.name", read_only=True)
    page = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = HelpCall
        fields = (
            "id", "about", "what", "skills", "time", "until", "asked_by", "asked_at", "closed_at", "page",
        )  # fmt: skip
        read_only_fields = fields


class CalledOut(serializers.Serializer[Any]):
    """A call, what it is about, and why it fits whoever asks."""

    call = CallOut()
    title = serializers.CharField(source="subject.title")
    subject_page = serializers.CharField(source="subject.url")
    fits = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_fits(self, called: Called) -> list[str]:
        return called.because
