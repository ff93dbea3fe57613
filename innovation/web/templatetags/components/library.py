"""The tag library, and the two things every component does: draw its template, write attributes."""

from collections.abc import Mapping

from django.forms.utils import flatatt
from django.template import Library, loader
from django.utils.safestring import SafeString

register = Library()


def draw(name: str, /, **context: object) -> SafeString:
    """`templates/components/<name>.html` with these values and nothing else."""
    return SafeString(loader.get_template(f"components/{name}.html").render(context).strip())


def attributes(given: Mapping[str, object]) -> SafeString:
    """Keyword arguments as HTML attributes: `hx_get` is `hx-get`, `class_` is `class`."""
    named = {
        name.rstrip("_").replace("_", "-"): value
        for name, value in given.items()
        if value is not None and value is not False
    }
    return flatatt(named)


def filled(content: str) -> bool:
    """Whether a block has anything in it."""
    return bool(content.strip())
