"""Products: registered once, named by pilots, and their versions, which open what rests on them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.constraints import explained
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.assurance import queries
from pilots.assurance.actions.assessments import tell_reviewers
from pilots.assurance.actions.evidence import (
    answer_with,
    open_reviews,
    reopen,
    take_back_review,
)
from pilots.assurance.models import (
    AnswerVerdict,
    AssessmentAnswer,
    Product,
    ProductUse,
    ProductVersion,
)
from pilots.assurance.permissions import (
    check_can_change_version,
    check_can_give,
    check_can_register,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED

WORDS = ("name", "maker", "intended_use", "captured", "processed", "kept", "recorded", "readers")


@atomic
def register_product(
    *, version: str, again_because: str = "", by: User, at: datetime, **words: str
) -> Product:
    """Register what is piloted. One of the same name and maker is registered again for a reason alone."""
    check_can_register(by)
    said = {name: visible(words[name]) for name in WORDS}
    version = visible(version)
    if not all(said.values()) or not version:
        raise Malformed(_("Say all of it: what it is, who makes it, and where its data go."))
    with explained():
        product = Product.objects.create(
            **said, again_because=visible(again_because), registered_at=at, registered_by=by
        )
    ProductVersion.objects.create(product=product, version=version, at=at, by=by)
    audit.record(
        "product.registered", product, by=by, at=at, version=version, reason=visible(again_because)
    )
    return product


@atomic
def name_product(pilot: Pilot, product: Product, *, by: User, at: datetime) -> ProductUse:
    """Say which product a pilot tries. What was given on it for other pilots answers for this one, too. What was
    accepted before was accepted of another product, or of none, and is judged anew."""
    workflow.lock(pilot)
    check_can_give(by, pilot)
    before = queries.product_of(pilot)
    if before == product:
        raise Refused(_("That is its product already."))
    use = ProductUse.objects.create(pilot=pilot, product=product, at=at, by=by)
    because = (
        _("The pilot tries another product: %s")
        if before is not None
        else _("It was said which product the pilot tries: %s")
    )
    _reopen(_accepted().filter(assessment__pilot=pilot), because=because % product, by=by, at=at)
    if pilot.pathway:
        open_reviews(pilot, by=by, at=at)
        answer_with(pilot, queries.evidence_for(pilot).order_by("-pk"), by=by, at=at)
    audit.record(
        "product.named", product, by=by, at=at, also=(pilot,), unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
    )  # fmt: skip
    return use


@atomic
def change_version(
    product: Product, *, version: str, changed: str, by: User, at: datetime
) -> ProductVersion:
    """Another version is in use. What was accepted on the product is judged anew, and its reviewers are told."""
    workflow.lock(product)
    check_can_change_version(by, product)
    version, changed = visible(version), visible(changed)
    if not version or not changed:
        raise Malformed(_("Say which version it is, and what changed with it."))
    with explained():
        made = ProductVersion.objects.create(
            product=product, version=version, changed=changed, at=at, by=by
        )
    resting = _accepted().filter(item__product_version__product=product)
    because = _("Version %(version)s: %(changed)s") % {"version": version, "changed": changed}
    count = _reopen(resting, because=because, by=by, at=at)
    audit.record(
        "product.version_changed",
        product,
        by=by,
        at=at,
        version=version,
        reason=changed,
        count=count,
    )
    return made


@atomic
def open_again(pilot: Pilot, *, because: str, by: User, at: datetime) -> int:
    """What was accepted of a pilot that now tries another way is judged anew; its reviewers are told."""
    return _reopen(_accepted().filter(assessment__pilot=pilot), because=because, by=by, at=at)


def _accepted() -> QuerySet[AssessmentAnswer]:
    """Accepted answers that count, of pilots that are not over."""
    return (
        AssessmentAnswer.objects.filter(superseded_at=None, verdict=AnswerVerdict.ACCEPTED)
        .exclude(assessment__pilot__status__in=ENDED)
        .select_related("assessment__pilot__unit", "assessment__reviewer")
        .order_by("assessment", "pk")
    )


def _reopen(answers: Iterable[AssessmentAnswer], *, because: str, by: User, at: datetime) -> int:
    by_assessment: dict[int, list[AssessmentAnswer]] = {}
    for answer in answers:
        by_assessment.setdefault(answer.assessment_id, []).append(answer)
    for found in by_assessment.values():
        assessment = found[0].assessment
        workflow.lock(assessment)
        for answer in found:
            reopen(answer, because=because, by=by, at=at)
        take_back_review(assessment)
        tell_reviewers(
            assessment,
            title=_("%(area)s of “%(pilot)s” is open again"),
            text=because,
            by=by,
            at=at,
        )
    return sum(len(found) for found in by_assessment.values())
