"""What the gates ask of the charter."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.rules.dates import day_in_words
from innovation.rules.text import visible
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.pathway import SILENT_FIRST


def charter_complete(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:charter", args=[pilot.pk])
    absent = [
        str(name)
        for name, value in (
            (_("the hypothesis"), visible(pilot.hypothesis)),
            (_("what will be done differently"), visible(pilot.change)),
            (_("where it runs"), list(pilot.sites.all())),
        )
        if not value
    ]
    if absent:
        return RequirementState(
            False, _("Write down %(what)s.") % {"what": get_text_list(absent, _("and"))}, url
        )
    return RequirementState(True, _("Hypothesis, change and sites are written down."), url)


def dates_set(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:charter", args=[pilot.pk])
    if not (pilot.starts_on and pilot.ends_on):
        return RequirementState(False, _("Say when it starts and when it ends."), url)
    return RequirementState(
        True,
        _("From %(start)s to %(end)s.")
        % {
            "start": day_in_words(pilot.starts_on),
            "end": day_in_words(pilot.ends_on),
        },
        url,
    )


def pathway_answered(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:pathway", args=[pilot.pk])
    if not pilot.pathway:
        return RequirementState(
            False, _("Answer the short questionnaire; it chooses the pathway."), url
        )
    return RequirementState(True, str(pilot.get_pathway_display()), url)


def sponsor_named(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:charter", args=[pilot.pk])
    if pilot.sponsor is None and pilot.sponsor_asked is not None:
        asked = _("%(person)s is asked to sponsor it, and has not said yes yet.")
        return RequirementState(False, asked % {"person": pilot.sponsor_asked.name}, url)
    if pilot.sponsor is None:
        return RequirementState(False, _("Name the executive who sponsors it."), url)
    return RequirementState(True, pilot.sponsor.name, url)


def runs_silently_first(pilot: Pilot) -> RequirementState:
    if pilot.pathway not in SILENT_FIRST:
        return RequirementState(True, _("Not needed on this pathway."))
    if not pilot.silent:
        return RequirementState(
            False,
            _("On this pathway a pilot runs silently first; its charter says otherwise."),
            reverse("pilots:charter", args=[pilot.pk]),
        )
    return RequirementState(True, _("Its output is recorded and shown to nobody."))


register(
    Gate.RESOURCES,
    Requirement(
        "charter", gettext_lazy("The charter"), charter_complete, order=10, prefetch=("sites",)
    ),
)
register(
    Gate.RESOURCES,
    Requirement("dates", gettext_lazy("Start and end"), dates_set, order=20),
)
register(
    Gate.RESOURCES,
    Requirement("pathway", gettext_lazy("The pathway"), pathway_answered, order=30),
)
register(
    Gate.RESOURCES,
    Requirement("sponsor", gettext_lazy("A sponsor"), sponsor_named, order=40),
)
register(
    Gate.GO_LIVE,
    Requirement("silent", gettext_lazy("Silent at first"), runs_silently_first, order=30),
)
