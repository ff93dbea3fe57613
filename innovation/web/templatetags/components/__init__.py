"""The parts that pages are made of. A template builtin: no `{% load %}` is needed.

Every tag has a template of its name in `templates/components/` (or is a line of HTML here) and an
example in the gallery; a house test keeps it so.
"""

from . import bars, data, formats, forms, lists, page, words
from .library import register

__all__ = ["bars", "data", "formats", "forms", "lists", "page", "register", "words"]
