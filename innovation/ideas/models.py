"""Proposed answers to needs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.ideas.room import IdeasPermission
from innovation.ideas.states import IDEA, IdeaStatus
from innovation.people.models import User
from innovation.workflow.triggers import status_through_engine


class IdeaQuerySet(models.QuerySet["Idea"]):
    def visible_to(self, user: User) -> IdeaQuerySet:
        return self.filter(
            Q(unit_id__within=user.reach(IdeasPermission.READ)) | Q(proposed_by=user.pk)
        )

    def matching(self, text: str) -> IdeaQuerySet:
        """Ideas whose words contain all of the words of `text`."""
        rows = self
        for word in text.replace("\x00", "").split()[:8]:
            rows = rows.filter(Q(title__icontains=word) | Q(proposal__icontains=word))
        return rows

    def for_list(self) -> IdeaQuerySet:
        return self.select_related("unit", "proposed_by")


class Idea(models.Model):
    title = models.CharField(_("in a few words"), max_length=160)
    proposal = models.TextField(_("what you would do"), max_length=4000)
    difference = models.TextField(
        _("what would be different for a patient or a colleague"), max_length=2000, blank=True
    )
    needs = models.ManyToManyField("innovation.Need", related_name="ideas", verbose_name=_("needs"))
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="ideas", verbose_name=_("unit")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ideas"
    )
    proposed_at = models.DateTimeField()
    status = models.CharField(
        max_length=12, choices=IdeaStatus.choices, default=IdeaStatus.PROPOSED
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"], name="idea_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=IdeaStatus.values), name="idea_status_known"
            )
        ]
        triggers = status_through_engine(IDEA.noun, IDEA.initial)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("innovation:idea-detail", kwargs={"pk": self.pk})
