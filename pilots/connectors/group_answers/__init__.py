"""What groups answered to questions that were asked here: nothing is fetched from anywhere."""

from pilots.connectors.fields import Config, Field
from pilots.connectors.group_answers import reading
from pilots.connectors.kind import SourceKind
from pilots.connectors.measurement import MeasureKind


def _check(_values: Config, measure: str | None) -> dict[str, str]:
    if measure == MeasureKind.PROPORTION:
        return {"reading": "Answers have a mean and no share. Choose one value a period."}
    return {}


KIND = SourceKind(
    key="group_answers",
    label="Questions to groups, asked here",
    description=(
        "Means of what groups of a pilot answered here, once a round is closed and five or more "
        "have answered."
    ),
    fields=(
        Field(
            "reading",
            "What they answered",
            "The score of all questions, or one question.",
            scope="metric",
            type="column",
            required=True,
        ),
        Field(
            "group",
            "Of whom",
            "A reading counts for the period in which it was asked, and is kept once that has ended.",
            scope="metric",
            type="column",
        ),
    ),
    read=reading.read,
    test=reading.test_connection,
    check=_check,
    inside=True,
)
