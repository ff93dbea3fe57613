"""How hazards are shown: in the matrix, in a safety case report, and by the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from pilots.hazards.matrix import RATINGS, TONES, Likelihood, Risk, Severity, risk
from pilots.hazards.models import Hazard


@dataclass(frozen=True)
class Cell:
    """One field of the matrix, and the hazards that stand there now."""

    rating: int
    tone: str
    hazards: list[Hazard]


@dataclass(frozen=True)
class MatrixRow:
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Matrix:
    heads: list[str]
    rows: list[MatrixRow]


def matrix_of(hazards: Iterable[Hazard]) -> Matrix:
    """From very likely down to very unlikely, each hazard by what is left of it, or by what it is until
    that was judged."""
    placed: dict[tuple[int, int], list[Hazard]] = {}
    for one in hazards:
        now = one.residual or one.risk
        placed.setdefault((now.likelihood, now.severity), []).append(one)
    rows = [
        MatrixRow(
            str(likelihood.label),
            [
                Cell(rating, TONES[rating], placed.get((likelihood, severity), []))
                for severity, rating in zip(Severity, RATINGS[likelihood - 1], strict=True)
            ],
        )
        for likelihood in reversed(Likelihood)
    ]
    return Matrix([str(one.label) for one in Severity], rows)


@dataclass(frozen=True)
class CaseHazard:
    """A hazard as it stands in the content that is signed."""

    said: Mapping[str, Any]

    @property
    def risk(self) -> Risk | None:
        return risk(self.said["severity"], self.said["likelihood"])

    @property
    def residual(self) -> Risk | None:
        return risk(self.said["residual_severity"], self.said["residual_likelihood"])


def case_of(content: Mapping[str, Any]) -> list[CaseHazard]:
    return [CaseHazard(one) for one in content["hazards"]]


class HazardOut(serializers.ModelSerializer[Hazard]):
    rating = serializers.IntegerField(source="risk.rating", read_only=True)
    residual_rating = serializers.SerializerMethodField()

    class Meta:
        model = Hazard
        fields = (
            "id", "pilot", "title", "cause", "effect", "controls", "severity", "likelihood", "rating",
            "status", "residual_severity", "residual_likelihood", "residual_rating", "residual_why",
            "recorded_at", "recorded_by",
        )  # fmt: skip
        read_only_fields = fields

    def get_residual_rating(self, hazard: Hazard) -> int | None:
        return None if hazard.residual is None else hazard.residual.rating
