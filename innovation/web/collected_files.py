"""Files of pages, for pages of any version.

While web servers are replaced, a page of the new version may have its styles fetched from an old server, and
the other way round: each asks by a name that holds the hash of the content, and a server knows the
files that were there when it started. So one that was collected since is looked for on the disk, and
where that holds none (another machine, another image), this version's own is sent, for once.
"""

from __future__ import annotations

import re

from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils._os import safe_join
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import NotARegularFileError

# Read from its end: a pattern that begins with any name takes the square of a long one's length.
NAME = re.compile(r"[\w./-]+", re.ASCII)
HASH = re.compile(r"[0-9a-f]{12}")


def _without_hash(name: str) -> str:
    """`css/app.css` of `css/app.0123456789ab.css`; nothing of a name that holds no hash."""
    stem, _dot, suffix = name.rpartition(".")
    stem, _dot, of_content = stem.rpartition(".")
    plain = f"{stem}.{suffix}"
    named = stem and suffix.isalnum() and HASH.fullmatch(of_content) and NAME.fullmatch(plain)
    return plain if named else ""


class CollectedFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        url = request.path_info
        if self.static_root and url.startswith(self.static_prefix) and url not in self.files:
            name = url.removeprefix(self.static_prefix)
            plain = _without_hash(name)
            if plain and not self._was_collected_since(url, name):
                own = self._of_this_version(plain)
                if own is not None:
                    answer: FileResponse = self.serve(self.files[own], request)
                    answer["Cache-Control"] = "no-store"
                    return answer
        answered: HttpResponseBase = super().__call__(request)
        return answered

    def _was_collected_since(self, url: str, name: str) -> bool:
        try:
            self.files[url] = self.get_static_file(safe_join(self.static_root, name), url)
        except (NotARegularFileError, SuspiciousFileOperation):
            return False
        return True

    def _of_this_version(self, name: str) -> str | None:
        """Its address, which is another than was asked for."""
        if not isinstance(staticfiles_storage, ManifestFilesMixin):
            return None
        hashed = staticfiles_storage.hashed_files.get(name)
        url = f"{self.static_prefix}{hashed}"
        return url if hashed and url in self.files else None
