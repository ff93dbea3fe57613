"""Products: the register, one of them, a new version, and which one a pilot tries."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.assurance import actions, model_card, permissions, queries
from pilots.assurance.forms import (
    CardFileForm,
    CardProductForm,
    KeepCardForm,
    KeepOfProductForm,
    NameProductForm,
    ProductForm,
    VersionForm,
)
from pilots.assurance.model_card import ModelCard
from pilots.assurance.models import Product
from pilots.assurance.packs import packs
from pilots.assurance.presenters import card_rows
from pilots.assurance.room import AssurancePermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(AssurancePermission.READ)
@require_safe
def product_list(request: PersonRequest) -> HttpResponse:
    """The register: of the whole house, so that the same thing is registered once."""
    rows = Product.objects.prefetch_related("versions").annotate(
        pilots=Count("uses__pilot", distinct=True)
    )
    context = {
        "page": paging.page_of(request, rows),
        "may_register": permissions.can_register(request.user),
    }
    return render(request, "pilots/assurance/products.html", context)


@require(AssurancePermission.READ)
@require_safe
def product(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = get_object_or_404(Product.objects.select_related("registered_by"), pk=pk)
    pilots = Pilot.objects.visible_to(user).filter(product_uses__product=found).distinct()
    context = {
        "product": found,
        "versions": found.versions.select_related("by"),
        "stops": [
            (found._meta.get_field(name).verbose_name, getattr(found, name))  # type: ignore[union-attr]
            for name in ("captured", "processed", "kept", "recorded", "readers")
        ],
        "pilots": [one for one in pilots.for_list() if queries.product_of(one) == found],
        "evidence": [
            (packs().topic(one.topic), one)
            for one in queries.WITHOUT_FILES.filter(
                product_version=queries.version_in_use(found), pilot=None
            )
        ],
        "may_change": permissions.can_change_version(user, found),
        "history": audit_presenters.history(found, seen_by=user),
    }
    return render(request, "pilots/assurance/product.html", context)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def register_product(request: PersonRequest) -> HttpResponse:
    user = request.user
    permissions.check_can_register(user)
    form = ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            made = actions.register_product(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Registered."))
            return redirect(made)
    return form_page(request, "pilots/assurance/register.html", {"form": form}, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def register_from_card(request: PersonRequest) -> HttpResponse:
    """A product in the words of its maker's card: the file, what was read of it, then the register."""
    user = request.user
    permissions.check_can_register(user)
    if "card" in request.POST:
        form = CardProductForm(request.POST)
        if form.is_valid() and form.read is not None:
            given = {name: text for name, text in form.cleaned_data.items() if name != "card"}
            with refusal_shown_on(form):
                made = actions.register_from_card(form.read, by=user, at=timezone.now(), **given)
                messages.success(request, _("Registered, with what its card says as evidence."))
                return redirect(made)
        return _card_page(request, form, card=form.read)
    file = CardFileForm(request.POST or None, files=request.FILES or None)
    if request.method == "POST" and file.is_valid():
        card = model_card.read(file.cleaned_data["file"])
        form = CardProductForm.begun(file.cleaned_data["file"], card)
        return _card_page(request, form, card=card)
    return _card_page(request, file)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def card_of_product(request: PersonRequest, pk: int) -> HttpResponse:
    """The card of a product that is registered: the file, what was read of it, then it is kept."""
    user = request.user
    found = get_object_or_404(Product, pk=pk)
    permissions.check_can_change_version(user, found)
    if "card" in request.POST:
        form = KeepOfProductForm(request.POST)
        if form.is_valid() and form.read is not None:
            with refusal_shown_on(form):
                kept = actions.import_card(
                    found,
                    form.read,
                    is_of_it=form.cleaned_data["is_of_it"],
                    by=user,
                    at=timezone.now(),
                )
                said = ngettext(
                    "Kept: one piece of evidence.", "Kept: %(n)s pieces of evidence.", len(kept)
                )
                messages.success(request, said % {"n": len(kept)})
                return redirect(found)
        return _card_page(request, form, card=form.read, product=found)
    file = CardFileForm(request.POST or None, files=request.FILES or None)
    if request.method == "POST" and file.is_valid():
        content = file.cleaned_data["file"]
        form = KeepOfProductForm(initial={"card": content})
        return _card_page(request, form, card=model_card.read(content), product=found)
    return _card_page(request, file, product=found)


def _card_page(
    request: PersonRequest,
    form: CardFileForm | KeepCardForm,
    *,
    card: ModelCard | None = None,
    product: Product | None = None,
) -> HttpResponse:
    in_use = queries.version_in_use(product).version if product is not None else ""
    context = {
        "form": form,
        "card": card,
        "rows": card_rows(card, product) if card is not None else [],
        "names_another": card is not None
        and product is not None
        and card.names_another(product.name, product.maker),
        "product": product,
        "in_use": in_use,
        "other_version": card.of_product("version") if card and product else "",
        "back": product.get_absolute_url() if product else reverse("pilots:product-list"),
    }
    return form_page(request, "pilots/assurance/card.html", context, form=form)


@require(AssurancePermission.READ)
@require_http_methods(["GET", "POST"])
def change_version(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = get_object_or_404(Product, pk=pk)
    permissions.check_can_change_version(user, found)
    form = VersionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.change_version(found, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Kept. What rests on the product is judged anew."))
            return redirect(found)
    return form_page(
        request, "pilots/assurance/version.html", {"product": found, "form": form}, form=form
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def name_product(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_give(user, pilot)
    form = NameProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.name_product(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("pilots:assurance", pk=pilot.pk)
    context = {
        "pilot": pilot,
        "form": form,
        "there": Product.objects.exists(),
        "may_register": permissions.can_register(user),
    }
    return form_page(request, "pilots/assurance/name_product.html", context, form=form)
