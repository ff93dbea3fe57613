"""Severity × likelihood, as the clinical risk matrix of DCB0129 and DCB0160 rates them: 1 to 5.

Cell by cell the matrix that NHS England publishes with the hazard log of UK Core (HL7 FHIR UK Core R4, guide
"UK Core Hazard Log", section "Risk Matrix"; read 2026-11-30), with its five categories of likelihood and of
consequence and its five ratings. Other published copies differ in single cells, so a hospital whose own
differs changes `RATINGS`.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Severity(models.IntegerChoices):
    MINOR = 1, _("Minor")
    SIGNIFICANT = 2, _("Significant")
    CONSIDERABLE = 3, _("Considerable")
    MAJOR = 4, _("Major")
    CATASTROPHIC = 5, _("Catastrophic")


class Likelihood(models.IntegerChoices):
    VERY_LOW = 1, _("Very low")
    LOW = 2, _("Low")
    MEDIUM = 3, _("Medium")
    HIGH = 4, _("High")
    VERY_HIGH = 5, _("Very high")


# A row for each likelihood, from very low; a column for each severity, from minor.
RATINGS = (
    (1, 1, 2, 2, 3),
    (1, 2, 2, 3, 4),
    (2, 2, 3, 3, 4),
    (2, 3, 3, 4, 5),
    (3, 4, 4, 5, 5),
)
# From here on nobody signs: the risk has to become less first.
TOO_HIGH = 4
WORDS: dict[int, str | Promise] = {
    1: _("acceptable"),
    2: _("acceptable where it cannot be made less at a sensible cost"),
    3: _("undesirable: make it less, or say why it cannot be"),
    4: _("mandatory to make it less"),
    5: _("unacceptable"),
}
TONES = {1: "better", 2: "plain", 3: "turn", 4: "concern", 5: "concern"}


@dataclass(frozen=True)
class Risk:
    severity: Severity
    likelihood: Likelihood

    @property
    def rating(self) -> int:
        return RATINGS[self.likelihood - 1][self.severity - 1]

    @property
    def word(self) -> str:
        return str(WORDS[self.rating])

    @property
    def tone(self) -> str:
        return TONES[self.rating]

    @property
    def of(self) -> str:
        return f"{self.severity.label} × {str(self.likelihood.label).lower()}"


def risk(severity: int | None, likelihood: int | None) -> Risk | None:
    if severity is None or likelihood is None:
        return None
    return Risk(Severity(severity), Likelihood(likelihood))
