"""A maker's model card: what it says of the product becomes evidence of its version, by topic."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.constraints import explained
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.assurance import queries
from pilots.assurance.actions.evidence import answer_with
from pilots.assurance.actions.products import change_version, register_product
from pilots.assurance.file_kinds import TEXT
from pilots.assurance.model_card import CardRow, ModelCard
from pilots.assurance.models import EvidenceItem, EvidenceKind, Product, ProductVersion
from pilots.assurance.packs import packs
from pilots.assurance.permissions import check_can_change_version

# As many characters as the words of a piece of evidence take; more goes into a file.
_MOST = 6000


@atomic
def register_from_card(
    card: ModelCard, *, version: str, again_because: str = "", by: User, at: datetime, **words: str
) -> Product:
    """Register a product in the words that its maker's card began, and keep what the card says."""
    product = register_product(version=version, again_because=again_because, by=by, at=at, **words)
    _keep(product, card, by=by, at=at)
    return product


@atomic
def import_card(
    product: Product, card: ModelCard, *, is_of_it: bool = False, by: User, at: datetime
) -> list[EvidenceItem]:
    """Keep what the card says of the version in use. A card of another version brings that into use; one that
    names another product or maker is taken where somebody says that `is_of_it` nevertheless."""
    workflow.lock(product)
    check_can_change_version(by, product)
    if card.names_another(product.name, product.maker) and not is_of_it:
        raise Refused(
            _("The card is of “%(name)s” by %(maker)s. Say that it is of this product, if it is.")
            % {"name": card.of_product("name"), "maker": card.of_product("maker")}
        )
    version = card.of_product("version")
    if version and version != queries.version_in_use(product).version:
        change_version(
            product,
            version=version,
            changed=_("Its maker's model card is of this version."),
            by=by,
            at=at,
        )
    kept = _keep(product, card, by=by, at=at)
    if not kept:
        raise Refused(_("This card was read before: nothing in it is new."))
    return kept


def _keep(product: Product, card: ModelCard, *, by: User, at: datetime) -> list[EvidenceItem]:
    version = product.versions.all()[0]
    there = {
        (one.topic, one.text, one.sha256)
        for one in EvidenceItem.objects.filter(product_version=version, pilot=None).defer("content")
    }
    made = []
    with explained():
        for topic, rows in card.by_topic.items():
            item = _item(version, topic, rows, card, by=by, at=at)
            if (item.topic, item.text, item.sha256) not in there:
                item.save()
                made.append(item)
    if not made:
        return []
    for pilot in queries.pilots_trying(product):
        workflow.lock(pilot)
        answer_with(pilot, made, only_unanswered=True, by=by, at=at)
    audit.record(
        "product.card_read",
        product,
        by=by,
        at=at,
        version=version.version,
        count=len(made),
        topics=[packs().topic(one.topic) for one in made],
    )
    return made


def _item(
    version: ProductVersion,
    topic: str,
    rows: Sequence[CardRow],
    card: ModelCard,
    *,
    by: User,
    at: datetime,
) -> EvidenceItem:
    told = _("The maker's model card (CHAI %(schema)s) says:") % {
        "schema": card.schema or _("in JSON")
    }
    text = "\n\n".join([told, *(f"{one.label}: {one.text}" for one in rows)])
    item = EvidenceItem(
        product_version=version,
        topic=topic,
        kind=EvidenceKind.TEXT,
        text=text,
        owner=by,
        given_at=at,
        given_by=by,
    )
    if len(text) > _MOST:
        item.kind, item.text = EvidenceKind.FILE, told
        item.content = text.encode()
        item.sha256 = hashlib.sha256(item.content).hexdigest()
        item.file_name, item.media_type = f"model card, {topic}.txt", TEXT.media_type
    return item
