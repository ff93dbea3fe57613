"""What the gates ask of reviews: done before a pilot goes live, and no condition overdue at its outcome."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.rules import dates
from innovation.rules.dates import day_in_words
from pilots.assurance import queries
from pilots.assurance.areas import ReviewArea
from pilots.assurance.queries import Turn
from pilots.assurance.wording import said_of
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot

LABELS = {
    ReviewArea.PRIVACY: gettext_lazy("Privacy reviewed"),
    ReviewArea.SECURITY: gettext_lazy("Security reviewed"),
    ReviewArea.SAFETY: gettext_lazy("Clinical safety reviewed"),
    ReviewArea.DATA_AI: gettext_lazy("Data and AI reviewed"),
    ReviewArea.OPERATIONS: gettext_lazy("Operations reviewed"),
}


def reviewed(area: str) -> Callable[[Pilot], RequirementState | None]:
    def check(pilot: Pilot) -> RequirementState | None:
        reviews = queries.reviews_of(pilot, today=dates.today())
        packs = [pack for pack in reviews.asked if pack.area == area]
        if not packs:
            return None
        url = reverse("pilots:assurance", args=[pilot.pk])
        for pack in packs:
            state = reviews.states.get(pack.key)
            if state is None:
                return RequirementState(
                    False, _("Nothing has been given for this review yet."), url
                )
            if state.turn is not Turn.DONE:
                return RequirementState(False, said_of(state), url)
            if state.blocking:
                return RequirementState(
                    False, _("A condition is open: %s") % state.blocking[0].text, url
                )
        return RequirementState(True, said_of(reviews.states[packs[0].key]), url)

    return check


def attested(pilot: Pilot) -> RequirementState | None:
    reviews = queries.reviews_of(pilot, today=dates.today())
    if not reviews.short:
        return None
    url = reverse("pilots:assurance-attest", args=[pilot.pk])
    made = reviews.attested(reviews.short[0])
    if made is None:
        return RequirementState(
            False, _("Fill in the short form: six lines on privacy and security."), url
        )
    day = day_in_words(dates.day_of(made.at))
    if made.all_hold:
        return RequirementState(True, _("Every line holds, %(day)s.") % {"day": day}, url)
    return RequirementState(
        True, _("Filled in, %(day)s; what does not hold is reviewed.") % {"day": day}, url
    )


def conditions_kept(pilot: Pilot) -> RequirementState | None:
    reviews = queries.reviews_of(pilot, today=dates.today())
    if not any(state.conditions for state in reviews.states.values()):
        return None
    url = reverse("pilots:assurance", args=[pilot.pk])
    for state in reviews.states.values():
        for one in state.overdue:
            assert one.due_on is not None
            return RequirementState(
                False,
                _("Due on %(day)s, with %(who)s: %(what)s")
                % {"day": day_in_words(one.due_on), "who": one.owner.name, "what": one.text},
                url,
            )
    return RequirementState(True, _("No condition is overdue."), url)


def reviews_hold(pilot: Pilot) -> RequirementState | None:
    """Whether what was reviewed before it started still is: evidence expires, and products change. Not asked
    where nothing was reviewed."""
    reviews = queries.reviews_of(pilot, today=dates.today())
    if not reviews.states:
        return None
    url = reverse("pilots:assurance", args=[pilot.pk])
    open_again = [one for one in reviews.states.values() if one.turn is not Turn.DONE]
    if open_again:
        return RequirementState(
            False,
            " ".join(
                _("%(area)s is open again. %(said)s")
                % {"area": one.assessment.get_area_display(), "said": said_of(one)}
                for one in open_again
            ),
            url,
        )
    return RequirementState(True, _("Every review that was done still holds."), url)


register(
    Gate.GO_LIVE,
    Requirement(
        "short_form",
        gettext_lazy("Privacy and security in short"),
        attested,
        order=40,
        prefetch=queries.READS,
    ),
)
for _place, _area in enumerate(LABELS):
    register(
        Gate.GO_LIVE,
        Requirement(
            f"reviewed_{_area.value}",
            LABELS[_area],
            reviewed(_area.value),
            order=41 + _place,
            prefetch=queries.READS,
        ),
    )
# A review that is open again stops nothing that runs; it is looked at before anything is decided on it.
BEFORE_IT_RUNS = ("resources", "go_live", "resume")
for _gate in Gate:
    if _gate.value not in BEFORE_IT_RUNS:
        register(
            _gate,
            Requirement(
                "reviews_hold",
                gettext_lazy("Reviews that still hold"),
                reviews_hold,
                order=59,
                prefetch=queries.READS,
            ),
        )
register(
    Gate.OUTCOME,
    Requirement(
        "review_conditions",
        gettext_lazy("Conditions of the reviews"),
        conditions_kept,
        order=60,
        prefetch=queries.READS,
    ),
)
