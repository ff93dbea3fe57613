"""Every component in its states, on one page: for whoever builds pages, and for looking at them.

An exhibit is a template in `templates/innovation/web/gallery/`; the page shows what it draws and
how it is written. A house test sees to it that every tag of the library is in one of them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.template import loader
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from . import charts
from .icons import ICONS
from .paging import Page
from .typed_forms import MoneyField
from .unit_field import FoundUnits, UnitSearch, UnitWords

FOLDER = Path(settings.BASE_DIR) / "templates" / "innovation" / "web" / "gallery"


@dataclass(frozen=True)
class Exhibit:
    """A group of parts: a name, what they are for, and the template that shows them."""

    slug: str
    title: str | Promise
    sentence: str | Promise
    wide: bool = False

    @property
    def template(self) -> str:
        return f"innovation/web/gallery/{self.slug}.html"

    @property
    def source(self) -> str:
        return (FOLDER / f"{self.slug}.html").read_text().strip()


EXHIBITS = (
    Exhibit("head", _("Head of a page"), _("What this is, and what a colleague would say aloud.")),
    Exhibit("buttons", _("Buttons"), _("One primary action a card; the rest are quiet.")),
    Exhibit("words", _("Words"), _("Badges, states, people, keys: small parts inside a line.")),
    Exhibit("cards", _("Cards"), _("A surface and a hairline. Never boxes in boxes.")),
    Exhibit("decisions", _("Decisions"), _("What it costs, what it serves, who waits.")),
    Exhibit("callouts", _("Callouts"), _("A paragraph that stands out.")),
    Exhibit("empty", _("Empty places"), _("What will appear here, and how to start.")),
    Exhibit("form", _("Forms"), _("Label, help, error; what is optional says so.")),
    Exhibit("form_wrong", _("A form that came back"), _("What is missing; nothing typed is lost.")),
    Exhibit("table", _("Tables"), _("Sort by a head, filter above, page below; keys for experts.")),
    Exhibit("lists", _("Facts and events"), _("Names and values; what happened, newest first.")),
    Exhibit("ways", _("Ways"), _("Crumbs and tabs are links.")),
    Exhibit(
        "floating", _("What floats"), _("Dialogs, second thoughts, words after something done.")
    ),
    Exhibit("numbers", _("Numbers"), _("In the locale, on the person's clock, in one currency.")),
    Exhibit("bars", _("Bars and small lines"), _("Measured is solid, claimed is dashed.")),
    Exhibit("verdicts", _("Verdicts and stages"), _("Verdicts are words, each with its sentence.")),
    Exhibit("trust", _("Trust"), _("Under every number that matters.")),
    Exhibit("chart", _("A chart"), _("A sentence before the chart, the chart before its table.")),
    Exhibit("icons", _("Icons"), _("Our own set, one stroke width; Making Data Count's meanings.")),
)


class SampleSearch(UnitSearch):
    """What a search for a unit shows, without any units."""

    def __init__(self) -> None:
        super().__init__(None, empty=str(_("Choose a unit")), address="")

    def shown(self, value: object) -> FoundUnits:
        first = ("1", _("Ward 3B, Surgery, Lakeshore General"))
        if not isinstance(value, UnitWords):
            return FoundUnits(lines=(first,), total=1, chosen="1")
        second = ("2", _("Ward 3B, Medicine, St Brigid General"))
        return FoundUnits(words=value, lines=(first, second), total=2)


class SampleForm(forms.Form):
    """The shapes that a field may have."""

    problem = forms.CharField(
        label=_("What gets in the way?"),
        help_text=_("The problem, not the fix. No patient names."),
        widget=forms.Textarea,
        max_length=600,
    )
    affected = forms.CharField(label=_("Who does it affect?"), max_length=120)
    minutes = forms.IntegerField(label=_("Minutes lost each time"), required=False, min_value=0)
    budget = MoneyField(label=_("Budget"), required=False)
    setting = forms.ChoiceField(
        label=_("Where"),
        choices=[("ward", _("Ward")), ("clinic", _("Clinic")), ("theatre", _("Theatre"))],
    )
    unit = forms.CharField(label=_("For which unit?"), widget=SampleSearch)
    often = forms.ChoiceField(
        label=_("How often?"),
        choices=[("day", _("Every day")), ("week", _("Every week")), ("month", _("Now and then"))],
        widget=forms.RadioSelect,
    )
    harm = forms.MultipleChoiceField(
        label=_("What have you seen?"),
        choices=[("delay", _("Delay")), ("near", _("Near misses")), ("harm", _("Harm"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    silent = forms.BooleanField(
        label=_("Send without my name"),
        help_text=_("You still get every answer."),
        required=False,
    )
    file = forms.FileField(label=_("A file with numbers"), required=False)


@dataclass(frozen=True)
class SampleEvent:
    at: datetime
    sentence: str | Promise
    reason: str | Promise = ""


@dataclass(frozen=True)
class SampleLeaver:
    name: str
    is_active: bool = False

    def __str__(self) -> str:
        return self.name


# The exhibits' own pictures of data: the documentation story of the pictures in the design notes.
NOTE_MINUTES = [
    15.4, 15.9, 17.8, 16.8, 14.5, 16.1, 15.5, 16.3, 14.5, 16.4, 16.4, 17.7, 16.4, 16.6, 14.6, 18.4,
    14.2, 17.2, 15.8, 15.2, 15.4, 15.4, 16.5, 16.0, 17.6, 14.3, 16.1, 15.2, 15.9, 13.5, 14.3, 14.3,
    12.8, 14.1, 13.2, 13.4, 13.0, 11.3, 11.0, 11.5, 12.2, 12.3, 11.1, 11.2, 11.0, 11.2, 11.5, 11.6,
    13.3, 11.3, 11.4, 12.0,
]  # fmt: skip
NOTE_BANDS = [(0, 28, 12.2, 16.0, 19.9), (33, 51, 9.9, 11.6, 13.4)]


def _chart(now: datetime) -> SafeString:
    weeks = len(NOTE_MINUTES)
    dates = [(now - timedelta(weeks=weeks - i)).date() for i in range(weeks)]
    before, after = NOTE_BANDS
    step = after[0]
    lower, centre, upper = ([before[n]] * step + [after[n]] * (weeks - step) for n in (2, 3, 4))
    return charts.control_chart_pair(
        dates=dates,
        values=NOTE_MINUTES,
        lower=lower,
        centre=centre,
        upper=upper,
        classes=["common" if i < 29 else "improvement" for i in range(weeks)],
        markers=[(dates[28], str(_("Go-live, wave 1")))],
        unit=str(_("minutes")),
        title=str(_("Note time per visit")),
        description=str(_("Minutes a note by week: 16 before go-live, 11.6 since.")),
    )


def _sent(form: type[forms.Form]) -> forms.Form:
    typed = {
        "problem": "We type vital signs twice",
        "setting": "moon",
        "minutes": "0.5",
        "unit_words": "Ward 3B",
    }
    return form({f"sent-{name}": value for name, value in typed.items()}, prefix="sent")


def sample(request: HttpRequest, now: datetime) -> dict[str, object]:
    """What the exhibits show."""
    return {
        "request": request,
        "user": request.user,
        "leaver": SampleLeaver("Jonas Park"),
        "now": now,
        "today": now.date(),
        "morning": now - timedelta(hours=5),
        "days_ago": now - timedelta(days=6),
        "long_ago": datetime(2025, 2, 4, 9, 30, tzinfo=UTC),
        "form": SampleForm(),
        "wrong": _sent(SampleForm),
        "choices": [("", _("All"), 47), ("open", _("Waiting"), 23), ("done", _("Answered"), 24)],
        "tabs": [(_("Evidence"), "#", True), (_("Log"), "#", False, 12), (_("Money"), "#", False)],
        "page": Page([], before="x", after="y"),
        "needs": [
            (_("Vitals are copied by hand from bedside monitors"), _("4 West and 11 units"), 58,
             126, _("Near misses"), now - timedelta(days=6)),
            (_("Interpreters arrive after the consultation has ended"), _("Ambulatory"), 31, 44,
             _("Harm seen"), now - timedelta(days=2)),
            (_("No quiet place to tell a family bad news"), _("ICU"), 19, None, _("None seen"),
             now - timedelta(days=1)),
        ],
        "stages": [
            (_("Shaped"), "done"), (_("Resources approved"), "done"), (_("Prepared"), "done"),
            (_("Running, week 22"), "done"), (_("Outcome gate"), "current"), (_("Scaled"), "ahead"),
        ],
        "stopped": [(_("Shaped"), "done"), (_("Prepared"), "done"), (_("Stopped"), "stopped")],
        "verdicts": [
            (_("Workflow"), "better", _("4.4 fewer minutes a visit; held for 14 weeks.")),
            (_("Safety"), "no_harm", _("Corrections per note within the agreed margin.")),
            (_("Equity"), "inconclusive", _("Interpreter visits gain less; 6 weeks to know.")),
            (_("Value"), "harm", _("Denials 9.8% against a limit of 8.0%.")),
            (_("Adoption"), "reached", _("61% use it; the target of 55% is reached.")),
            (_("Experience"), "no_data", _("The first pull is due tomorrow.")),
        ],
        "events": [
            SampleEvent(now - timedelta(hours=3), _("J. Park asked the submitter a question."),
                        _("Which monitors are these?")),
            SampleEvent(now - timedelta(days=11), _("Ana Ruiz recorded this need.")),
        ],
        "icon_names": sorted(ICONS),
        "minutes": NOTE_MINUTES,
        "bands": NOTE_BANDS,
        "holes": [4.1, 4.4, None, 4.0, 3.9, 4.6, 5.2, 5.9],
        "shares": [
            (_("With patients"), 0.41), (_("Home on time"), 0.22), (_("Teaching"), 0.12),
            (_("Absorbed or unknown"), 0.25),
        ],
        "svg": _chart(now),
        "chart_table": {
            "caption": _("Note time per visit, minutes"),
            "columns": [_("Week"), _("Minutes"), _("Lower limit"), _("Upper limit")],
            "rows": [[i + 1, v, 12.2, 19.9] for i, v in enumerate(NOTE_MINUTES[:8])],
        },
        "legend": [("better", _("Better than usual")), ("common", _("Usual variation")),
                   ("band", _("Where values usually fall")), ("event", _("Go-live"))],
    }  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    exhibit: Exhibit
    html: SafeString


def drawn(request: HttpRequest, now: datetime) -> list[Drawn]:
    """All exhibits, drawn."""
    values = sample(request, now)
    return [
        Drawn(
            exhibit,
            SafeString(loader.get_template(exhibit.template).render(dict(values), request)),
        )
        for exhibit in EXHIBITS
    ]
