"""Loads the product's templates without the indentation that is there for whoever reads them."""

import re

from django.template.base import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

_INDENTATION = re.compile(r"\n[ \t]+")


class Loader(FilesystemLoader):
    """A row of a list stands forty columns deep, fifty times a page: without its indentation a
    page is a third smaller, and reads the same to a browser (what stands in a `<pre>` here comes from a variable)."""

    def get_contents(self, origin: Origin) -> str:
        return _INDENTATION.sub("\n", super().get_contents(origin))
