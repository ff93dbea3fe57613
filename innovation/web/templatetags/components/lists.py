"""Lists of things: tables that sort, filter and page; facts; what happened."""

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ...paging import Page
from .library import attributes, draw, register


def _with_query(request: HttpRequest, **changes: str | None) -> str:
    """This address with some of its query changed; paging always starts over."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}" if query else request.path


@register.simple_block_tag
def table(
    content: str,
    caption: object,
    dense: bool = False,
    keys: bool = False,
    show_caption: bool = False,
    stack: bool = True,
    **attrs: object,
) -> SafeString:
    """A table in a card of its own that scrolls sideways when it must.

    `keys` lets J and K move through the rows (each row's first link opens with Enter). On a phone
    rows become blocks (`stack`, not when dense): the first cell, then the others with their heads.
    """
    return draw(
        "table",
        stack=stack and not dense,
        content=content,
        caption=caption,
        dense=dense,
        keys=keys,
        show_caption=show_caption,
        attrs=attributes(attrs),
    )


@register.simple_tag(takes_context=True)
def th(
    context: Context, label: object, sort: str = "", align: str = "", hide: str = ""
) -> SafeString:
    """A column's head; with `sort` a link that sorts by it, again to turn the order round."""
    classes = " ".join(
        c
        for c in ("number" if align == "number" else "", "only-desktop" if hide == "phone" else "")
        if c
    )
    if not sort:
        return draw("th", label=label, classes=classes)
    request = context["request"]
    now = request.GET.get("sort", "")
    order = {"": "", sort: "ascending", f"-{sort}": "descending"}.get(now, "") if now else ""
    following = f"-{sort}" if order == "ascending" else sort
    return draw(
        "th", label=label, classes=classes, order=order, url=_with_query(request, sort=following)
    )


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context,
    content: str,
    search: bool = True,
    label: object = "",
    placeholder: object = "",
    **kept: object,
) -> SafeString:
    """Words to look for and the selects between the tags, sent as the page's own address."""
    request = context["request"]
    return draw(
        "filter_bar",
        content=content,
        search=search,
        label=label or _("Search"),
        placeholder=placeholder,
        text=request.GET.get("q", ""),
        sort=request.GET.get("sort", ""),
        clear=request.path if request.GET else "",
        kept=kept,
    )


@register.simple_tag(takes_context=True)
def filter_chips(
    context: Context, name: str, choices: Iterable[Sequence[object]], label: object
) -> SafeString:
    """One choice of few as chips. Choices: (value, label) or (value, label, count); "" is all."""
    request = context["request"]
    now = request.GET.get(name, "")
    chips = [
        (text, _with_query(request, **{name: str(value)}), str(value) == now, (*rest, None)[0])
        for value, text, *rest in choices
    ]
    return draw("filter_chips", chips=chips, label=label)


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Page[object]) -> SafeString:
    """Newer and older, for a page of `innovation.web.paging.page_of`; nothing when all is shown."""
    request = context["request"]
    links = []
    if page.before:
        links.append(("before", _("Previous"), _query(request, before=page.before)))
    if page.after:
        links.append(("after", _("Next"), _query(request, after=page.after)))
    return draw("pager", links=links, page=page) if links else SafeString("")


def _query(request: HttpRequest, **position: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update(position)
    return f"?{query.urlencode()}"


@register.simple_block_tag
def facts(content: str, columns: int = 1) -> SafeString:
    """A list of names and values."""
    return format_html('<dl class="facts facts-{}">{}</dl>', columns, content)


@register.simple_tag
def fact(name: object, value: object, strong: bool = True) -> SafeString:
    """One line of `{% facts %}`; a number stands at the right."""
    return draw("fact", name=name, value=value, strong=strong)


@register.simple_block_tag
def timeline(content: str, label: object = "") -> SafeString:
    """What happened, newest first, as `{% event %}` items."""
    return format_html(
        '<ol class="timeline" aria-label="{}">{}</ol>', label or _("What happened"), content
    )


@register.simple_block_tag
def event(content: str, at: object, who: object = "", tone: str = "") -> SafeString:
    """One event of a timeline: when, who, and what in a sentence."""
    return draw("event", content=content, at=at, who=who, tone=tone)


@register.simple_tag
def history(events: Iterable[object], label: object = "") -> SafeString:
    """Audit events as a timeline: each has `.at`, a `.sentence` that names the actor, `.reason`."""
    return draw("history", events=list(events), label=label or _("History"))
