"""Ideas in words and as JSON."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.ideas.models import Idea
from innovation.ideas.states import IdeaStatus
from innovation.needs.models import Need
from innovation.needs.presenters.json import UnitOut

TONES = {
    IdeaStatus.PROPOSED: "open",
    IdeaStatus.SET_ASIDE: "stopped",
    IdeaStatus.IN_PILOT: "active",
    IdeaStatus.PROVEN: "done",
    IdeaStatus.NOT_PROVEN: "stopped",
}


def tone(idea: Idea) -> str:
    return TONES[IdeaStatus(idea.status)]


def standing(idea: Idea, *, ready: bool = False) -> str:
    """Where an idea stands, in a sentence. `ready` says that one of its needs was accepted."""
    match idea.status:
        case IdeaStatus.PROPOSED if ready:
            return _("It is proposed, and a need it answers was accepted: a pilot can try it now.")
        case IdeaStatus.PROPOSED:
            return _("It is proposed. A pilot can try it once one of its needs is accepted.")
        case IdeaStatus.SET_ASIDE:
            return _("It was set aside for now, for the reason below. It can be taken up again.")
        case IdeaStatus.IN_PILOT:
            return _("A pilot is trying it.")
        case IdeaStatus.PROVEN:
            return _("A pilot measured it, and it held. It is being scaled.")
        case _status:
            return _("A pilot tried it honestly, and it was not proven. What was learned is below.")


class NeedRef(serializers.Serializer[Need]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.CharField()


class IdeaOut(serializers.ModelSerializer[Idea]):
    """An idea as this person may read it; `needs` are those that are open to them."""

    unit = UnitOut(read_only=True)
    proposed_by = serializers.CharField(source="proposed_by.name", read_only=True)
    status_label = serializers.CharField(source="get_status_display", read_only=True)
    needs = NeedRef(many=True, source="visible_needs", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Idea
        fields = (
            "id",
            "url",
            "title",
            "proposal",
            "difference",
            "unit",
            "needs",
            "proposed_by",
            "proposed_at",
            "status",
            "status_label",
        )
        read_only_fields = fields
