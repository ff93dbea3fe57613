"""The way through the house: entries, who sees them, and the shell around every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeGuard

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import loader
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from innovation import house
from innovation.house import Entry
from innovation.web import panels, unsent
from innovation.web.person import Person, Visitor

THEMES = ("light", "dark")


def works_here(user: Visitor) -> TypeGuard[Person]:
    """Whether they hold some role; to others only their own account is open."""
    return not isinstance(user, AnonymousUser) and bool(user.reach())


def open_to(entry: Entry, user: Visitor) -> bool:
    """Whether the user holds one of the entry's permissions in any unit."""
    return works_here(user) and (
        not entry.permissions or any(user.may(permission) for permission in entry.permissions)
    )


@dataclass(frozen=True)
class NavigationItem:
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


@cache
def entries() -> tuple[Entry, ...]:
    """What the plates of all rooms offer, in order."""
    offered = [entry for plate in house.plates().values() for entry in plate.navigation]
    return tuple(sorted(offered, key=lambda entry: entry.order))


def _resolve(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def lines_for(user: Visitor, path: str, offered: Sequence[Entry]) -> list[NavigationItem]:
    """What this person sees; the entry nearest to the page's address is the current one."""
    seen = [
        (entry, url)
        for entry in offered
        if open_to(entry, user) and (url := _resolve(entry.url_name)) is not None
    ]
    at = [url for _entry, url in seen if path == url or (url != "/" and path.startswith(url))]
    current = max(at, key=len, default=None)
    return [NavigationItem(entry, url, current=url == current) for entry, url in seen]


def theme_of(request: HttpRequest) -> str:
    """What was last chosen on this device, without asking the database; empty: as the system."""
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return chosen if chosen in THEMES else ""


def number_of_waiting(count: int) -> str:
    return "99+" if count > 99 else str(count)


class Shell:
    """What `base.html` asks for; nothing is worked out before it is asked."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user: Visitor = getattr(request, "user", AnonymousUser())

    @property
    def organisation(self) -> str:
        name: str = settings.ORGANISATION
        return name

    @property
    def site_url(self) -> str:
        """The one address of the installation, for which passkeys are made."""
        url: str = settings.SITE_URL
        return url

    @property
    def waits_unsent(self) -> bool:
        """Whether a form waits that is shown once its person is known."""
        return unsent.of(self._request) is not None

    @property
    def suspended(self) -> unsent.Unsent | None:
        """The form that goes with the password, in a session that is in use."""
        sent = unsent.suspended(self._request)
        return unsent.described(sent) if sent is not None else None

    @cached_property
    def theme(self) -> str:
        if isinstance(self._user, AnonymousUser):
            return theme_of(self._request)
        return str(getattr(self._user, "theme", ""))

    @cached_property
    def lines(self) -> list[NavigationItem]:
        return lines_for(self._user, self._request.path, entries())

    def _draw(self, name: str, **values: object) -> SafeString:
        return SafeString(loader.get_template(f"innovation/web/{name}.html").render(values))

    @cached_property
    def nav(self) -> SafeString:
        """The entries; drawn once, though the page holds them twice (desktop and phone)."""
        return self._draw("_nav", shell=self) if self.lines else SafeString("")

    @cached_property
    def me(self) -> SafeString:
        """The person's own menu: profile, look, signing out."""
        if isinstance(self._user, AnonymousUser):
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
        return _resolve("innovation:waiting") if works_here(self._user) else None

    @cached_property
    def patient_report_url(self) -> str | None:
        """Where a reader tells that this page names a patient."""
        return _resolve("innovation:patient-report-new") if works_here(self._user) else None

    @cached_property
    def profile_url(self) -> str | None:
        return _resolve("innovation:profile")

    @cached_property
    def search_url(self) -> str | None:
        found = works_here(self._user) and panels.panels("search")
        return _resolve("innovation:search") if found else None

    @cached_property
    def units(self) -> list[panels.UnitLink]:
        return panels.units_of(self._user)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: everything around the page."""
    return {"shell": Shell(request)}
