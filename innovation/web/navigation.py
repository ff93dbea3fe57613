"""The way through the house: entries, who sees them, and the shell around every page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import loader
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from . import panels

THEMES = ("light", "dark")
THEME_COOKIE = "pilotlight_theme"

Predicate = Callable[[Any], bool]


def everyone(user: Any) -> bool:
    """Everybody who holds some role; to others only their own account is open."""
    return bool(user.is_authenticated and user.reach())


def may(*permissions: str) -> Predicate:
    """True for whoever holds one of the words in any unit."""

    def predicate(user: Any) -> bool:
        return everyone(user) and any(user.may(permission) for permission in permissions)

    return predicate


@dataclass(frozen=True)
class Entry:
    """A line of the navigation; left out while nothing answers to its address."""

    label: str | Promise
    url_name: str
    icon: str
    predicate: Predicate = everyone
    counts_waiting: bool = False


@dataclass(frozen=True)
class Line:
    """An entry as one person sees it on one page."""

    entry: Entry
    url: str
    current: bool = False

    @property
    def label(self) -> str:
        return str(self.entry.label)

    @property
    def icon(self) -> str:
        return self.entry.icon

    @property
    def counts_waiting(self) -> bool:
        return self.entry.counts_waiting


ENTRIES = (
    Entry(_("Waiting for me"), "innovation:waiting", "inbox", counts_waiting=True),
    Entry(_("Needs"), "innovation:need-list", "need", may("needs.read", "needs.submit")),
    Entry(_("Triage"), "innovation:triage", "triage", may("needs.triage")),
    Entry(_("Ideas"), "innovation:idea-list", "idea", may("ideas.read")),
    Entry(_("Pilots"), "pilots:pilot-list", "pilot", may("pilots.read")),
    Entry(_("Metrics"), "pilots:metric-list", "metric", may("metrics.read")),
    Entry(_("Sources"), "pilots:source-list", "source", may("sources.manage")),
    Entry(_("Funds"), "pilots:fund-list", "money", may("funding.read")),
    Entry(_("Objectives"), "okrs:objective-list", "objective", may("goals.read")),
    Entry(_("Leadership review"), "okrs:review", "review", may("reviews.read")),
    Entry(_("People and units"), "innovation:people", "people", may("people.manage")),
    Entry(_("Log"), "innovation:audit-log", "log", may("audit.read")),
)


def _resolve(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def lines_for(user: Any, path: str, entries: tuple[Entry, ...] = ENTRIES) -> list[Line]:
    """What this person sees; the entry nearest to the page's address is the current one."""
    seen = [
        (entry, url)
        for entry in entries
        if entry.predicate(user) and (url := _resolve(entry.url_name)) is not None
    ]
    at = [url for _entry, url in seen if path == url or (url != "/" and path.startswith(url))]
    current = max(at, key=len, default=None)
    return [Line(entry, url, current=url == current) for entry, url in seen]


def theme_of(request: HttpRequest) -> str:
    """What was last chosen on this device, without asking the database; empty: as the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def number_of_waiting(count: int) -> str:
    return "99+" if count > 99 else str(count)


class Shell:
    """What `base.html` asks for; nothing is worked out before it is asked."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user = getattr(request, "user", None)

    @property
    def organisation(self) -> str:
        return settings.ORGANISATION

    @cached_property
    def theme(self) -> str:
        if self._user is not None and self._user.is_authenticated:
            return str(getattr(self._user, "theme", ""))
        return theme_of(self._request)

    @cached_property
    def lines(self) -> list[Line]:
        if self._user is None or not self._user.is_authenticated:
            return []
        return lines_for(self._user, self._request.path)

    def _draw(self, name: str, **values: Any) -> SafeString:
        return SafeString(loader.get_template(f"innovation/web/{name}.html").render(values))

    @cached_property
    def nav(self) -> SafeString:
        """The entries; drawn once, though the page holds them twice (desktop and phone)."""
        return self._draw("_nav", shell=self) if self.lines else SafeString("")

    @cached_property
    def me(self) -> SafeString:
        """The person's own menu: profile, look, signing out."""
        if self._user is None or not self._user.is_authenticated:
            return SafeString("")
        token = get_token(self._request)
        return self._draw(
            "_me", shell=self, user=self._user, request=self._request, csrf_token=token
        )

    @cached_property
    def waiting_count(self) -> SafeString:
        """How much waits. Asking every room costs more than most pages, so a page that did not
        ask leaves it to a script (`waiting.js`), which asks once the page is there."""
        known = panels.waiting_known(self._request)
        return format_html(
            '<span class="count" data-waiting="{}"{}>{}</span>',
            reverse("innovation:waiting-count"),
            "" if known else SafeString(" hidden"),
            number_of_waiting(len(known or [])),
        )

    @cached_property
    def waiting_url(self) -> str | None:
        works_here = self._user is not None and everyone(self._user)
        return _resolve("innovation:waiting") if works_here else None

    @cached_property
    def profile_url(self) -> str | None:
        return _resolve("innovation:profile")

    @cached_property
    def search_url(self) -> str | None:
        works_here = self._user is not None and everyone(self._user)
        return _resolve("innovation:search") if works_here and panels.panels("search") else None

    @cached_property
    def units(self) -> list[panels.UnitLink]:
        return panels.units_of(self._user) if self._user is not None else []


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: everything around the page."""
    return {"shell": Shell(request)}
