"""The large parts: heads, cards, ways, dialogs, empty places, what other rooms put here."""

from collections.abc import Sequence

from django.template import Context, loader
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ... import panels
from .library import attributes, draw, register


@register.simple_block_tag
def page_header(content: str, title: object, kicker: object = "") -> SafeString:
    """The head of a page. Between the tags: `{% lede %}` and, right, `{% head_actions %}`."""
    return draw("page_header", title=title, kicker=kicker, content=content)


@register.simple_block_tag
def lede(content: str) -> SafeString:
    """The sentence a page opens with: what a colleague would say aloud."""
    return format_html('<p class="lede">{}</p>', content)


@register.simple_block_tag
def head_actions(content: str) -> SafeString:
    """Buttons at the right of a page's head."""
    return format_html('<div class="head-actions cluster">{}</div>', content)


@register.simple_tag
def crumbs(*parts: object) -> SafeString:
    """The way here: label, address, label, address, …, last label."""
    pairs = [
        (parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)
    ]
    return draw("crumbs", pairs=pairs)


@register.simple_tag
def button(
    label: object,
    kind: str = "quiet",
    href: str = "",
    icon: str = "",
    size: str = "",
    submit: bool = True,
    dialog: str = "",
    **attrs: object,
) -> SafeString:
    """A button or, with `href`, a link that looks like one: primary, quiet, danger, plain, link.

    With `dialog` it opens that dialog; its `href` is the page for whoever has no script.
    Other keywords become attributes: `name`, `value`, `hx_post`, `form`, `data_key`.
    """
    if kind not in ("primary", "quiet", "danger", "plain", "link"):
        raise ValueError(f"{kind!r} is no kind of button.")
    if not href:
        attrs.setdefault("type", "submit" if submit and not dialog else "button")
    if dialog:
        attrs["data_dialog"] = dialog
        attrs["aria_haspopup"] = "dialog"
    return draw(
        "button", label=label, kind=kind, href=href, icon=icon, size=size, attrs=attributes(attrs)
    )


@register.simple_block_tag
def actions(content: str) -> SafeString:
    """Buttons in a row; full width and thumb-sized on a phone."""
    return format_html('<div class="actions">{}</div>', content)


@register.simple_block_tag
def card(
    content: str,
    title: object = "",
    meta: object = "",
    tone: str = "",
    level: int = 2,
    flush: bool = False,
    **attrs: object,
) -> SafeString:
    """A surface with a hairline. `meta` stands right of the title; `tone="turn"` is the gold one.

    `flush` is for rows, tables and lists that reach the edges.
    """
    return draw(
        "card",
        content=content,
        title=title,
        meta=meta,
        tone=tone,
        level=level,
        flush=flush,
        attrs=attributes(attrs),
    )


@register.simple_block_tag
def card_row(content: str, **attrs: object) -> SafeString:
    """One row of a flush card, with a hairline above."""
    return format_html('<div class="row"{}>{}</div>', attributes(attrs), content)


@register.simple_block_tag
def decision(
    content: str,
    title: object,
    kind: object = "",
    tone: str = "turn",
    url: str = "",
    level: int = 2,
) -> SafeString:
    """A small card that asks for one thing: badge, title, sentence, its `{% actions %}`."""
    return draw(
        "decision", content=content, title=title, kind=kind, tone=tone, url=url, level=level
    )


@register.simple_block_tag
def callout(content: str, title: object = "", kind: str = "note") -> SafeString:
    """A paragraph that stands out: note, turn, concern, better."""
    return draw("callout", content=content, title=title, kind=kind)


@register.simple_block_tag
def empty(content: str, title: object, action: object = "", url: str = "") -> SafeString:
    """An empty place: what will appear here, and how to start."""
    return draw("empty", content=content, title=title, action=action, url=url)


@register.simple_tag
def tabs(items: Sequence[Sequence[object]], label: object = "") -> SafeString:
    """Links between views of one thing. Items: (label, url, current[, count])."""
    rows = [(*item, None)[:4] for item in items]
    return draw("tabs", items=rows, label=label or _("Views"))


@register.simple_block_tag
def dialog(content: str, name: str, title: object, open: bool = False) -> SafeString:
    """A native dialog, opened by `{% button … dialog=name href=page %}`."""
    return draw("dialog", content=content, name=name, title=title, open=open)


@register.simple_tag(takes_context=True)
def confirm(
    context: Context,
    label: object,
    url: str,
    sentence: object,
    action: object = "",
    kind: str = "danger",
    **hidden: object,
) -> SafeString:
    """A button that asks once more before it posts; works without script."""
    return draw(
        "confirm",
        label=label,
        url=url,
        sentence=sentence,
        action=action or label,
        kind=kind,
        hidden=hidden,
        csrf_token=context.get("csrf_token"),
    )


@register.simple_tag
def toast(text: object, kind: str = "info") -> SafeString:
    """A short word after something was done; drawn by the shell from Django's messages."""
    return draw("toast", text=text, kind=kind)


@register.simple_tag(takes_context=True)
def panel_place(context: Context, place: str, subject: object) -> SafeString:
    """Every card that rooms want to put in this place of the page."""
    request = context["request"]
    found = panels.panels_for(place, request.user, subject)
    drawn = [
        (
            panel.title,
            _draw_panel(
                panel,
                {
                    **panel.context,
                    "request": request,
                    "subject": subject,
                    "user": request.user,
                    "csrf_token": context.get("csrf_token"),
                },
            ),
            panel.bare,
        )
        for panel in found
    ]
    return draw("panel_place", panels=drawn)


def _draw_panel(panel: panels.Panel, values: dict[str, object]) -> SafeString:
    return SafeString(loader.get_template(panel.template).render(values))
