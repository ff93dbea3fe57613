"""A form that was sent into a session left alone, or over: it waits, its person sees what it is, and
sends it or throws it away. Nobody else who signs in there sees it."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

_KEPT = "unsent"
PAGE, SEND, DROP = "innovation:unsent", "innovation:unsent-send", "innovation:unsent-drop"


def keep(request: HttpRequest, *, owner: int) -> None:
    """Not by the library's suspend_request: it carries out only what was sent to an address without
    a query (65.21.1), and carries it out without a word."""
    request.session[_KEPT] = {
        "request": serialize_request(request),
        "files": bool(request.FILES),
        "owner": owner,
    }


def drop(request: HttpRequest) -> None:
    request.session.pop(_KEPT, None)


def of(request: HttpRequest) -> HttpRequest | None:
    """What waits in this session, as it was sent; gone where somebody else has signed in."""
    kept = request.session.get(_KEPT)
    if kept and kept.get("owner", request.user.pk) != request.user.pk:
        drop(request)
        return None
    return _read(kept["request"], request) if kept else None


def had_files(request: HttpRequest) -> bool:
    """Files are not kept with the rest; they are chosen again."""
    return bool(request.session.get(_KEPT, {}).get("files"))


def suspended(request: HttpRequest) -> HttpRequest | None:
    """What the library lets wait for the password by itself, in a session that is in use."""
    kept = request.session.get(STATE_SESSION_KEY, {}).get("request")
    return _read(kept, request) if kept else None


def _read(text: str, request: HttpRequest) -> HttpRequest:
    sent: HttpRequest = deserialize_request(text, copy.copy(request))
    return sent


def send(sent: HttpRequest) -> HttpResponse:
    """Carry it out."""
    match = resolve(sent.path_info)
    answer: HttpResponse = match.func(sent, *match.args, **match.kwargs)
    return answer


# A page reads it and forgets what the device kept of that form (static/js/drafts.js).
DONE = "draft_done"


def note_done(sent: HttpRequest, answer: HttpResponse) -> None:
    """Tell the next page that what was typed at this address has arrived."""
    sends_on = answer.status_code in (302, 303) or "HX-Redirect" in answer.headers
    if sends_on and sent.method == "POST" and not sent.path.startswith("/accounts/"):
        answer.set_cookie(
            DONE, sent.path, max_age=120, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
        )


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class Unsent:
    """What waits, in words: the page it is of, and what it says."""

    title: str
    address: str
    lines: list[Line]
    beside: list[Line]  # what the page sends along and nobody typed


def described(sent: HttpRequest) -> Unsent:
    form = _FormReader()
    form.feed(_page_of(sent))
    lines: list[Line] = []
    beside: list[Line] = []
    for name, values in sent.POST.lists():
        if name in ("csrfmiddlewaretoken", "form_key"):
            continue
        known = form.fields.get(name)
        label = " ".join(known.label.split()) if known else ""
        texts = [known.said(value) if known else _masked(name, value) for value in values]
        line = Line(label or name.replace("_", " "), ", ".join(filter(None, texts)))
        (lines if label else beside).append(line)
    title = _without_site(form.title) or _button_of(sent) or _("A button")
    return Unsent(title, sent.path, lines, beside)


def _without_site(title: str) -> str:
    return " ".join((title.rpartition(" · ")[0] or title).split())


def _button_of(sent: HttpRequest) -> str:
    """What the button says that sent it, where its address has no page: it stands on the page that
    it was sent from."""
    try:
        before = urlsplit(sent.headers.get("Referer", ""))
    except ValueError:
        return ""
    if before.netloc != sent.get_host():
        return ""
    page = copy.copy(sent)
    page.path = page.path_info = before.path
    page.GET = QueryDict(before.query)
    reader = _FormReader()
    reader.feed(_page_of(page))
    button = reader.buttons.get(sent.path, "")
    said = {"button": button, "page": _without_site(reader.title)}
    return _("“%(button)s”, on the page “%(page)s”") % said if button else ""


def _masked(name: str, value: str) -> str:
    secret = any(word in name for word in ("password", "secret", "token", "key"))
    return _HIDDEN if secret and value else value


_HIDDEN = "••••••"


def _page_of(sent: HttpRequest) -> str:
    """The page that it was sent from, for the words on it; empty where it has none of its own.
    Nothing that looking at it would note is noted."""
    page = copy.copy(sent)
    page.method, page.POST = "GET", QueryDict()
    setattr(page, "_messages", default_storage(page))  # noqa: B010 - as its middleware does
    try:
        with transaction.atomic():
            answer = send(page)
            if isinstance(answer, SimpleTemplateResponse):
                answer.render()
            transaction.set_rollback(True)
    except Http404:
        return ""
    except Exception:  # whatever a page has, what waits is shown by its bare names
        log.info("no page for what waits at %s", sent.path, exc_info=True)
        return ""
    is_page = answer.status_code == 200 and not answer.streaming
    return answer.content.decode() if is_page else ""


@dataclass
class _Field:
    label: str = ""
    kind: str = ""
    options: dict[str, str] = field(default_factory=dict)

    def said(self, value: str) -> str:
        if self.kind == "password":
            return _HIDDEN if value else ""
        if self.kind == "checkbox" and not self.options.get(value):
            return _("yes")
        return " ".join(self.options.get(value, value).split()) if self.options else value


class _FormReader(HTMLParser):
    """Fields by name, each with its label; of a choice also the words of what can be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.fields: dict[str, _Field] = {}
        self.buttons: dict[str, str] = {}  # by the address that their form is sent to
        self._by_id: dict[str, tuple[str, str, bool]] = {}  # name, value, one of several
        self._legend = ""
        self._into: str | None = None
        self._text = ""
        self._given: Mapping[str, str] = {}
        self._labels: dict[str, str] = {}
        self._select = ""
        self._optional = False
        self._action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._action = given.get("action", "")
        if tag in ("title", "legend", "label", "option", "button"):
            self._into, self._text, self._given = tag, "", given
        elif tag == "fieldset":
            self._legend = ""
        elif tag == "span" and "optional" in given.get("class", "").split():
            self._optional = True
        if tag in ("input", "select", "textarea") and given.get("name"):
            self._note(tag, given)

    def _note(self, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", tag)
        one = self.fields.setdefault(given["name"], _Field(kind=kind))
        several = kind in ("radio", "checkbox") and bool(self._legend)
        if several:
            one.label = self._legend
        value = given.get("value", "on")
        if name := given.get("id"):
            self._by_id[name] = (given["name"], value, several)
            # A label may stand around its field, or before it.
            self._label(name, self._labels.get(name, ""))
        if tag == "select":
            self._select = given["name"]

    def _label(self, name: str, text: str) -> None:
        if not text or name not in self._by_id:
            return
        field_name, value, several = self._by_id[name]
        if several:
            self.fields[field_name].options[value] = text
        else:
            self.fields[field_name].label = text

    def handle_data(self, data: str) -> None:
        if self._into and not self._optional:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._optional = False
        elif tag == "select":
            self._select = ""
        elif tag == "fieldset":
            self._legend = ""
        if tag != self._into:
            return
        text = " ".join(self._text.split())
        if tag == "title":
            self.title = self.title or text
        elif tag == "legend":
            self._legend = text
        elif tag == "button" and text:
            self.buttons[self._action] = text
            if name := self._given.get("name"):
                pressed = self.fields.setdefault(name, _Field(_("You pressed"), "button"))
                pressed.options[self._given.get("value", "")] = text
        elif tag == "option" and self._select:
            self.fields[self._select].options[self._given.get("value", text)] = text
        elif tag == "label" and (name := self._given.get("for")):
            self._labels[name] = text
            self._label(name, text)
        self._into = None
