"""The shape of what people say about a pilot. Rules are the actions'."""

from __future__ import annotations

import copy
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.ideas.models import Idea, IdeaQuerySet
from innovation.needs.models import Need, NeedQuerySet
from innovation.people.models import Unit, User
from innovation.web.free_text import NamesNoPatient
from innovation.web.keys import key_of
from innovation.web.typed_forms import Cleaned, FormOptions, ModelForm, Sent, Words, day_input
from innovation.web.unit_field import UnitField
from pilots.lifecycle import pathway, queries
from pilots.lifecycle.models import LogEntry, LogStatus, Pathway, Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus

OFFERED = 30  # needs and ideas shown to choose from, besides those that came with the address


class OpenPilotForm(NamesNoPatient):
    needs = forms.ModelMultipleChoiceField(
        Need.objects.none(),
        label=_("The needs it answers"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one need.")},
    )
    idea = forms.ModelChoiceField(
        Idea.objects.none(),
        label=_("The idea behind it"),
        required=False,
        empty_label=_("No idea yet"),
    )
    title = forms.CharField(label=_("Name"), max_length=120)
    summary = forms.CharField(
        label=_("In one or two sentences"), max_length=600, widget=forms.Textarea
    )
    unit = UnitField(label=_("Unit"), empty=_("Choose a unit"), flat=True)
    lead = forms.ModelChoiceField(
        User.objects.none(), label=_("Who leads it"), empty_label=_("Choose somebody")
    )
    sponsor = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Executive sponsor"),
        required=False,
        empty_label=_("Not known yet"),
        help_text=_("Is asked, and sponsors it once they say yes."),
    )

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        needs = queries.needs_to_answer(user)
        ideas = queries.ideas_to_try(user)
        self.fields["needs"].queryset = needs
        self.fields["idea"].queryset = ideas
        self.fields["unit"].offer_held(user, PilotsPermission.OPEN, PilotsPermission.LEAD)
        self.fields["lead"].queryset = queries.holders(PilotsPermission.LEAD, user)
        self.fields["sponsor"].queryset = queries.holders(PilotsPermission.DECIDE_RESOURCES, user)
        self.chosen_needs = self._offer_needs(needs)
        self._offer_ideas(ideas)

    def _offer_needs(self, needs: NeedQuerySet) -> list[Need]:
        """The needs that came along first, then the most shared ones."""
        asked = self._asked("needs")
        chosen = list(needs.filter(pk__in=asked)) if asked else []
        others = needs.exclude(pk__in=asked).order_by("-voice_count", "-id")[:OFFERED]
        self.fields["needs"].choices = [(need.pk, need.title) for need in (*chosen, *others)]
        return chosen

    def _offer_ideas(self, ideas: IdeaQuerySet) -> None:
        asked = self._asked("idea")
        answering = ideas.filter(needs__in=self.chosen_needs) if self.chosen_needs else ideas
        offered = {
            idea.pk: idea.title
            for found in (ideas.filter(pk__in=asked), answering.order_by("-id")[:OFFERED])
            for idea in found
        }
        self.fields["idea"].choices = [("", self.fields["idea"].empty_label), *offered.items()]

    def _asked(self, name: str) -> list[int]:
        if self.is_bound:
            values = self.data.getlist(name)
        else:
            given = self.initial.get(name) or []
            values = given if isinstance(given, list) else [given]
        return [key for value in values if (key := key_of(value)) is not None]


class CharterForm(NamesNoPatient, ModelForm[Pilot]):
    class Meta:
        model = Pilot
        fields = (
            "title",
            "summary",
            "hypothesis",
            "change",
            "starts_on",
            "ends_on",
            "least_weeks",
            "scale_at_target",
            "sites",
            "lead",
            "sponsor",
            "silent",
        )
        widgets = {
            "starts_on": day_input(),
            "ends_on": day_input(),
            "sites": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "hypothesis": _("If we do this, for whom, then what changes, by how much, by when."),
            "change": _("What a colleague would see that is different on an ordinary day."),
            "least_weeks": _(
                "Before that, the rule says nothing but to go on, unless there is harm."
            ),
            "scale_at_target": _(
                "Otherwise it is enough that the primary metric is better than before, without harm."
            ),
            "sites": _("Where people will work differently."),
        }
        labels = {"title": _("Name"), "lead": _("Who leads it")}

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        instance: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        # A copy: what was typed and refused must not show as the pilot's own on the page.
        super().__init__(data, instance=copy.copy(instance), **options)
        within = instance.unit.descendants(include_self=True)
        self.fields["sites"].queryset = Unit.objects.filter(
            pk__in=[unit.pk for unit in within]
        ).order_by("name")
        for name, word in (
            ("lead", PilotsPermission.LEAD),
            ("sponsor", PilotsPermission.DECIDE_RESOURCES),
        ):
            now = getattr(instance, f"{name}_id")
            people = queries.holders(word, user)
            self.fields[name].queryset = people | User.objects.filter(pk=now) if now else people
        # Whoever is asked stands here until they answer, so that keeping the rest asks nobody else.
        if asked := instance.sponsor_asked_id:
            self.initial["sponsor"] = asked
            self.fields["sponsor"].queryset |= User.objects.filter(pk=asked)
        self.fields["sponsor"].help_text = _("Is asked, and sponsors it once they say yes.")
        self.fields["least_weeks"].required = False  # left empty it stays as it is
        self.fields["sponsor"].empty_label = _("Nobody yet")
        if instance.pathway not in pathway.SILENT_FIRST:
            del self.fields["silent"]

    def clean_least_weeks(self) -> int:
        weeks: int | None = self.cleaned_data.get("least_weeks")
        return self.initial["least_weeks"] if weeks is None else weeks


class PathwayForm(forms.Form):
    """One field a question; those about advice count only where there is advice."""

    def __init__(self, data: Sent | None = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        for question in pathway.QUESTIONS:
            self.fields[question.key] = forms.ChoiceField(
                label=question.text,  # type: ignore[arg-type]  # a promise of text
                help_text=question.help,  # type: ignore[arg-type]
                choices=question.answers,
                widget=forms.RadioSelect,
                required=not question.needs_advice,
                error_messages={"required": _("Choose one answer.")},
            )

    def clean(self) -> Cleaned:
        answers = super().clean() or self.cleaned_data
        for key in pathway.missing(answers):
            if key not in self.errors:
                self.add_error(key, _("Choose one answer: there is advice about a patient."))
        return answers

    @property
    def general(self) -> list[forms.BoundField]:
        return [self[q.key] for q in pathway.QUESTIONS if not q.needs_advice]

    @property
    def about_advice(self) -> list[forms.BoundField]:
        return [self[q.key] for q in pathway.QUESTIONS if q.needs_advice]


class RaisePathwayForm(NamesNoPatient):
    """The pathways that owe more proof than the present one."""

    to = forms.ChoiceField(label=_("To which pathway"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why it owes more proof"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, data: Sent | None = None, *, above: str, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        higher = pathway.ORDER[pathway.ORDER.index(Pathway(above)) + 1 :]
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [(one.value, one.label) for one in higher]


class LogForm(NamesNoPatient, ModelForm[LogEntry]):
    status = forms.ChoiceField(
        label=_("How it goes"), choices=LogStatus.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = LogEntry
        fields = ("status", "done", "next", "blockers", "learned")
        labels = {
            "done": _("Done"),
            "next": _("Next"),
            "blockers": _("What is in the way"),
            "learned": _("Learned"),
        }

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who clears it"),
        required=False,
        empty_label=_("Nobody: it is not blocked"),
    )
    due_on = forms.DateField(label=_("By when"), required=False, widget=day_input())

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["owner"].queryset = queries.may_own_blockers(pilot)


class ClearBlockerForm(NamesNoPatient):
    how = forms.CharField(
        label=_("How was it cleared?"),
        max_length=600,
        help_text=_("The lead, the sponsor and whoever wrote of it read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AdviceForm(NamesNoPatient):
    text = forms.CharField(
        label=_("What do you advise?"),
        max_length=2000,
        help_text=_(
            "The team, its sponsor and the office read it. It says nothing of how it goes."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


TAKEN_UP, LEFT = "taken_up", "left"


class AdviceAnswerForm(NamesNoPatient):
    decision = forms.ChoiceField(
        label=_("What became of it?"),
        choices=[(TAKEN_UP, _("We take it up")), (LEFT, _("We do not"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("In a sentence"),
        max_length=600,
        required=False,
        help_text=_("Needed where you do not; your mentor reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ShowOutputForm(NamesNoPatient):
    """Why the silent run ends; and why although something is missing, where something is."""

    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    against = forms.CharField(
        label=_("Why although this is missing"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, data: Sent | None = None, *, missing: bool, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        if not missing:
            del self.fields["against"]


REASON_KEPT = _("The reason stands in the pilot's history, and those concerned read it.")


class ReasonForm(NamesNoPatient):
    """One reason, in a sentence that the people concerned will read."""

    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        label: Words | None = None,
        required: bool = True,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        if label is not None:
            self.fields["reason"].label = label
        self.fields["reason"].required = required


class LeadOfferForm(NamesNoPatient):
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who is to lead it"),
        empty_label=_("Choose somebody"),
        help_text=_("They are asked. Until they say yes it is led as before."),
    )
    reason = forms.CharField(
        label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        holding = User.objects.holding(PilotsPermission.LEAD, pilot.unit)
        self.fields["to"].queryset = holding.exclude(pk=pilot.lead_id).order_by("name")


class LeadAnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, I lead it from now on")), ("no", _("No, I cannot take it"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("A word with it"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Read by who asked, and by who leads it now."),
    )


class SponsorAnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, I sponsor it")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("A word to whoever asked"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class _SiteForm(NamesNoPatient):
    """A place where a pilot runs, with a day; the reason where one is asked for."""

    unit = UnitField(label=_("Site"), empty=_("Choose a site"), flat=True)

    def __init__(
        self,
        data: Sent | None = None,
        *,
        pilot: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer(queries.units_of_sites(pilot))


class SitePlanForm(_SiteForm):
    planned_on = forms.DateField(label=_("Planned for"), widget=day_input())
    reason = forms.CharField(
        label=_("Why"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Told to the sponsor and to who answers for safety."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        pilot: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, pilot=pilot, **options)
        self.fields["reason"].required = pilot.status != PilotStatus.SHAPING
        if pilot.status == PilotStatus.SHAPING:
            del self.fields["reason"]


class SiteLiveForm(_SiteForm):
    on = forms.DateField(
        label=_("First day of use"),
        widget=day_input(),
        help_text=_("On the day it happens, or afterwards."),
    )
    reason = forms.CharField(
        label=_("Why another day than the planned one"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only where it is another day, or where none was planned."),
    )
