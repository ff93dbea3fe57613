"""What the gates ask of accuracy: promised before the resources, met before the output is shown."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.accuracy import queries, wording
from pilots.accuracy.judgement import PromiseState
from pilots.accuracy.permissions import is_judged_for_accuracy
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot


def accuracy_promised(pilot: Pilot) -> RequirementState | None:
    if not is_judged_for_accuracy(pilot):
        return None
    url = reverse("pilots:accuracy-promise", args=[pilot.pk])
    made = pilot.accuracy_promises.first()
    if made is None:
        return RequirementState(
            False,
            _(
                "Say how accurate it has to be in its silent run, before anybody sees what it counts."
            ),
            url,
        )
    return RequirementState(
        True,
        _("Sensitivity of at least %(sensitivity)s, positive predictive value of at least %(ppv)s.")
        % {
            "sensitivity": wording.share(float(made.least_sensitivity)),
            "ppv": wording.share(float(made.least_ppv)),
        },
        url,
    )


def accuracy_met(pilot: Pilot) -> RequirementState | None:
    """Everything that was promised is met, by intervals that hold whenever somebody looks."""
    if not is_judged_for_accuracy(pilot):
        return None
    url = reverse("pilots:accuracy", args=[pilot.pk])
    run = queries.accuracy_of(pilot)
    if run.promise is None:
        return RequirementState(
            False,
            _("Nothing was promised of its accuracy, so there is nothing to judge it by."),
            url,
        )
    if run.everybody.table is None:
        return RequirementState(
            False, _("Nothing has been recorded of its accuracy in the silent run."), url
        )
    per = run.promise.get_alerts_per_display()
    judged = [one for one in run.judged if one.state is not PromiseState.MET] or run.judged
    return RequirementState(
        run.all_met, " ".join(wording.judged(one, per=per) for one in judged), url
    )


register(
    Gate.RESOURCES,
    Requirement("accuracy", gettext_lazy("Accuracy that is promised"), accuracy_promised, order=85),
)
register(
    Gate.OUTPUT,
    Requirement(
        "accuracy",
        gettext_lazy("Accuracy in the silent run meets what was promised"),
        accuracy_met,
        order=10,
        prefetch=queries.READS,
    ),
)
