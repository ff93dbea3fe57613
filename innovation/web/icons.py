"""A small set of our own, drawn on a 20 px grid with one stroke width (the stylesheet sets it)."""

from django.utils.translation import gettext_lazy as _

ICONS = {
    # places
    "inbox": '<path d="M3 11.5 5 4.5h10l2 7v4H3z"/><path d="M3 11.5h4a3 3 0 0 0 6 0h4"/>',
    "need": '<path d="M3.5 4.5h13v9h-7l-4 3v-3h-2z"/><path d="M10 7v2.5M10 11.2v.1"/>',
    "triage": '<path d="M3.5 5h13M6 10h8M8.5 15h3"/>',
    "idea": '<path d="M7.5 13.5c0-1.6-2.5-2.7-2.5-5.6a5 5 0 0 1 10 0c0 2.9-2.5 4-2.5 5.6z"/><path d="M8 16.5h4"/>',
    "pilot": '<path d="M10 2.5c3 3.2 5 5.6 5 8.6a5 5 0 0 1-10 0c0-3 2-5.4 5-8.6z"/><path d="M10 10.5c1 1 1.5 1.7 1.5 2.6a1.5 1.5 0 0 1-3 0c0-.9.5-1.6 1.5-2.6z"/>',
    "metric": '<path d="M2.5 12.5 6 8l3.5 3.5L13 6l4.5 4"/><path d="M2.5 16.5h15"/>',
    "source": '<ellipse cx="10" cy="5" rx="6" ry="2.25"/><path d="M4 5v10c0 1.25 2.7 2.25 6 2.25s6-1 6-2.25V5M4 10c0 1.25 2.7 2.25 6 2.25s6-1 6-2.25"/>',
    "objective": '<circle cx="10" cy="10" r="7"/><circle cx="10" cy="10" r="3"/><path d="M10 10 15 5"/>',
    "review": '<path d="M3 4h14v9.5H3zM10 13.5V17M6.5 17h7"/><path d="M6.5 10.5v-2M10 10.5V7M13.5 10.5V8"/>',
    "people": '<circle cx="7.5" cy="7" r="2.75"/><path d="M2.5 16c.4-3 2.3-4.5 5-4.5s4.6 1.5 5 4.5"/><path d="M12.5 4.6a2.75 2.75 0 0 1 0 4.8M14.5 12c1.7.6 2.7 2 3 4"/>',
    "person": '<circle cx="10" cy="6.75" r="3"/><path d="M4.5 16.5c.4-3.3 2.5-5 5.5-5s5.1 1.7 5.5 5"/>',
    "log": '<path d="M5 3h10v14H5z"/><path d="M7.5 7h5M7.5 10h5M7.5 13h3"/>',
    "unit": '<path d="M4 17V5l6-2.5L16 5v12M2.5 17h15M10 17v-3.5M7.5 7.5h.1M12.4 7.5h.1M7.5 10.5h.1M12.4 10.5h.1"/>',
    # things done
    "search": '<circle cx="8.75" cy="8.75" r="5"/><path d="m12.5 12.5 4.25 4.25"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "close": '<path d="m5 5 10 10M15 5 5 15"/>',
    "edit": '<path d="m4 16 .75-3.25L13.5 4l2.5 2.5-8.75 8.75zM11.75 5.75l2.5 2.5"/>',
    "download": '<path d="M10 3.5v9M6.25 9 10 12.75 13.75 9M3.5 16.5h13"/>',
    "upload": '<path d="M10 12.75v-9M6.25 7.25 10 3.5l3.75 3.75M3.5 16.5h13"/>',
    "print": '<path d="M6 7V3h8v4M6 14H3.5V7h13v7H14"/><path d="M6 11.5h8V17H6z"/>',
    "link": '<path d="M8.5 11.5a3 3 0 0 0 4.25 0l3-3a3 3 0 0 0-4.25-4.25l-1 1M11.5 8.5a3 3 0 0 0-4.25 0l-3 3a3 3 0 0 0 4.25 4.25l1-1"/>',
    "refresh": '<path d="M16 10a6 6 0 1 1-1.9-4.4L16 7.25M16 3.5v3.75h-3.75"/>',
    "filter": '<path d="M3 4.5h14l-5.25 6.25V16l-3.5-1.75v-3.5z"/>',
    "send": '<path d="M17 3 9.25 10.75M17 3l-4.75 14-3-6.25L3 7.75z"/>',
    "merge": '<path d="M5 3.5v3.25c0 3 5 3.25 5 6.25v3.5M15 3.5v3.25c0 3-5 3.25-5 6.25M7.25 14 10 16.75 12.75 14"/>',
    # directions
    "chevron-down": '<path d="m5 7.5 5 5 5-5"/>',
    "chevron-right": '<path d="m7.5 5 5 5-5 5"/>',
    "chevron-left": '<path d="m12.5 5-5 5 5 5"/>',
    "arrow-up": '<path d="M10 16.5v-13M5 8.5l5-5 5 5"/>',
    "arrow-down": '<path d="M10 3.5v13M5 11.5l5 5 5-5"/>',
    "arrow-right": '<path d="M3.5 10h13M11.5 5l5 5-5 5"/>',
    "more": '<circle cx="4.5" cy="10" r=".9"/><circle cx="10" cy="10" r=".9"/><circle cx="15.5" cy="10" r=".9"/>',
    "menu": '<path d="M3 6h14M3 10h14M3 14h14"/>',
    "out": '<path d="M8 3.5H4v13h4M12.5 6.5 16 10l-3.5 3.5M16 10H8"/>',
    # states and matters
    "warning": '<path d="M10 3 17.5 16.5h-15z"/><path d="M10 8v3.75M10 14v.1"/>',
    "info": '<circle cx="10" cy="10" r="7"/><path d="M10 9.25v4.5M10 6.5v.1"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 5.75V10l3 2"/>',
    "calendar": '<path d="M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3M13 3v3"/>',
    "lock": '<path d="M4.5 9h11v8h-11z"/><path d="M7 9V6.5a3 3 0 0 1 6 0V9"/>',
    "shield": '<path d="M10 2.75 16 5v4.75c0 3.5-2.4 6-6 7.5-3.6-1.5-6-4-6-7.5V5z"/><path d="m7.25 10 2 2 3.5-3.75"/>',
    "bell": '<path d="M5 13.5c1-1 1-2.5 1-5a4 4 0 0 1 8 0c0 2.5 0 4 1 5zM8.25 16.25c.9 1 2.6 1 3.5 0"/>',
    "voice": '<path d="M6 10.5V5.25a1.25 1.25 0 0 1 2.5 0V9M8.5 9V3.75a1.25 1.25 0 0 1 2.5 0V9M11 9V4.5a1.25 1.25 0 0 1 2.5 0V10M13.5 10V7a1.25 1.25 0 0 1 2.5 0v5c0 3-2 5.25-5 5.25-2.5 0-4-1.25-5-3.25l-1.75-3a1.2 1.2 0 0 1 2-1.25L6 10.5"/>',
    "money": '<path d="M2.5 5.5h15v9h-15z"/><circle cx="10" cy="10" r="2.25"/><path d="M5 10h.1M14.9 10h.1"/>',
    "chart": '<path d="M3.5 3.5v13h13"/><path d="M7 13.5v-3M10.5 13.5V7M14 13.5V9.25"/>',
    "table": '<path d="M3 4h14v12H3zM3 8h14M3 12h14M8.5 8v8"/>',
    "file": '<path d="M5 2.75h6.5L15 6.25v11H5z"/><path d="M11.5 2.75v3.5H15"/>',
    "moon": '<path d="M16.5 11.75A7 7 0 0 1 8.25 3.5a7 7 0 1 0 8.25 8.25z"/>',
    "sun": '<circle cx="10" cy="10" r="3.25"/><path d="M10 2.5v1.75M10 15.75v1.75M2.5 10h1.75M15.75 10h1.75M4.7 4.7l1.2 1.2M14.1 14.1l1.2 1.2M15.3 4.7l-1.2 1.2M5.9 14.1l-1.2 1.2"/>',
    "display": '<path d="M3 4h14v9.5H3zM10 13.5V17M6.5 17h7"/>',
}

# Where something stands: each tone has a shape of its own, so that colour is never alone.
STATUS_SHAPES = {
    "draft": '<circle cx="6" cy="6" r="4.25" stroke-dasharray="2 1.8"/>',
    "open": '<circle cx="6" cy="6" r="4.25"/>',
    "turn": '<path class="solid" d="M6 .9 11.1 6 6 11.1.9 6z"/>',
    "active": '<circle cx="6" cy="6" r="4.25"/><circle class="solid" cx="6" cy="6" r="1.9"/>',
    "done": '<path d="m1.75 6.4 2.9 3 5.6-6.6"/>',
    "stopped": '<path class="solid" d="M2 2h8v8H2z"/>',
    "concern": '<path class="solid" d="M6 1 11.5 10.75H.5z"/>',
}


def _points(pairs: str) -> str:
    dots = "".join(
        f'<circle class="dot" cx="{x}" cy="{y}" r="2"/>'
        for x, y in (pair.split(",") for pair in pairs.split())
    )
    return f'<circle cx="20" cy="20" r="16.5"/><polyline points="{pairs}"/>{dots}'


_UP = _points("10,27 16,25 21,18 27,13")
_DOWN = _points("10,13 16,15 21,22 27,27")
_LEVEL = _points("9,21 15,17 20,22 25,18 31,21")
_UNKNOWN = '<circle cx="20" cy="20" r="16.5" stroke-dasharray="4 3"/><path d="M14 20h12"/>'

# Making Data Count: what a chart shows, as an icon, its words and its colour.
VARIATION = {
    "improvement_high": (_UP, _("Improving, by going up"), "better"),
    "improvement_low": (_DOWN, _("Improving, by going down"), "better"),
    "concern_high": (_UP, _("Getting worse, by going up"), "concern"),
    "concern_low": (_DOWN, _("Getting worse, by going down"), "concern"),
    "neither_high": (_UP, _("Changed upwards, neither better nor worse"), "neither"),
    "neither_low": (_DOWN, _("Changed downwards, neither better nor worse"), "neither"),
    "common": (_LEVEL, _("Usual variation, no real change"), "common"),
    "unknown": (_UNKNOWN, _("Too few points to say"), "common"),
}
