"""Small parts that stand inside a line: icons, badges, states, people, keys."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ...icons import ICONS, STATUS_SHAPES, VARIATION
from .library import draw, register

TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "sr"}
BADGE_KINDS = ("plain", "accent", "turn", "better", "concern", "claimed")


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """A drawing of our own set. Without a label it is decoration, hidden from screen readers."""
    drawing = SafeString(ICONS[name])
    seen = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" width="{}" height="{}" {}>{}</svg>',
        size,
        size,
        seen,
        drawing,
    )


@register.simple_tag
def badge(text: object, kind: str = "plain") -> SafeString:
    """A short word on a tint: plain, accent, turn (yours), better, concern, claimed (dashed)."""
    if kind not in BADGE_KINDS:
        raise ValueError(f"{kind!r} is no badge; it is one of {', '.join(BADGE_KINDS)}.")
    return format_html('<span class="badge badge-{}">{}</span>', kind, text)


@register.simple_tag
def status(text: object, tone: str = "open") -> SafeString:
    """Where something stands: a word and a shape, never colour alone.

    Tones: draft, open, turn (somebody must act), active, done, stopped, concern.
    """
    shape = SafeString(STATUS_SHAPES[tone])
    return format_html(
        '<span class="status status-{}"><svg viewBox="0 0 12 12" width="12" height="12" '
        'aria-hidden="true">{}</svg>{}</span>',
        tone,
        shape,
        text,
    )


@register.simple_tag
def kbd(*keys: str) -> SafeString:
    """Keys of the keyboard."""
    return format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in keys))


@register.simple_tag
def dots(*parts: object) -> SafeString:
    """Short facts in one line with a dot between; empty ones are left out."""
    return format_html_join(" · ", "{}", ((part,) for part in parts if part not in (None, "")))


@register.simple_tag
def person(who: object, role: object = "", url: str = "") -> SafeString:
    """A person: initials and name. `None` is somebody who chose not to say, or the system."""
    name = str(who) if who else _("Somebody")
    if getattr(who, "is_active", True) is False:
        role = f"{role} · {_('has left')}" if role else _("has left")
    words = [word for word in name.replace(".", " ").split() if word[:1].isalpha()]
    words = [word for word in words if word.lower() not in TITLES] or words
    initials = (words[0][0] + words[-1][0] if len(words) > 1 else name[:1]).upper()
    return draw("person", name=name, initials=initials, role=role, url=url)


@register.filter
def here(who: object) -> str:
    """A person's name, and whether they have left: what they answer for waits for somebody else."""
    if who and getattr(who, "is_active", True) is False:
        return str(_("%(name)s (has left)") % {"name": who})
    return str(who or "")


@register.simple_tag
def variation(kind: str) -> SafeString:
    """What the chart shows, as the NHS icon: improvement_high, improvement_low, concern_high,
    concern_low, common, neither_high, neither_low; anything else: too little to say."""
    drawing, label, tone = VARIATION.get(kind, VARIATION["unknown"])
    return draw("mdc", drawing=SafeString(drawing), label=label, tone=tone, what="variation")


ASSURANCE = {"pass": ("P", "better"), "fail": ("F", "concern"), "hit_and_miss": ("?", "common")}


@register.simple_tag
def assurance(kind: str) -> SafeString:
    """Whether the target will be met as things stand: pass, fail, hit_and_miss; else no target."""
    labels = {
        "pass": _("Will meet the target as things stand"),
        "fail": _("Will miss the target unless something changes"),
        "hit_and_miss": _("Will meet the target sometimes"),
    }
    letter, tone = ASSURANCE.get(kind, ("–", "common"))
    drawing = format_html(
        '<circle cx="20" cy="20" r="16.5"/><text x="20" y="27" text-anchor="middle">{}</text>',
        letter,
    )
    label = labels.get(kind, _("No target, or too little to say"))
    return draw("mdc", drawing=drawing, label=label, tone=tone, what="assurance")
