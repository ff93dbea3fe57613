"""The areas of review, and which permission judges each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilots.assurance.room import AssurancePermission


class ReviewArea(models.TextChoices):
    PRIVACY = "privacy", _("Privacy")
    SECURITY = "security", _("Security")
    SAFETY = "safety", _("Clinical safety")
    DATA_AI = "data_ai", _("Data and AI")
    OPERATIONS = "operations", _("Operations")


JUDGED_BY: dict[str, AssurancePermission] = {
    ReviewArea.PRIVACY: AssurancePermission.REVIEW_SECURITY,
    ReviewArea.SECURITY: AssurancePermission.REVIEW_SECURITY,
    ReviewArea.SAFETY: AssurancePermission.REVIEW_SAFETY,
    ReviewArea.DATA_AI: AssurancePermission.REVIEW_DATA_AI,
    ReviewArea.OPERATIONS: AssurancePermission.REVIEW_OPERATIONS,
}
REVIEWERS = tuple(dict.fromkeys(JUDGED_BY.values()))
