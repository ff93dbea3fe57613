#!/usr/bin/env bash
# A site written in British English, with a catalogue for American: readers of plain `en` get the American one.
#
# Django 5.2.19, Python 3.11 (gettext of the standard library), Babel 2.18.0 to compile.
#
# LANGUAGES = en, en-us; the sources are British; locale/en_US holds what Americans write otherwise; locale/en
# does not exist. A good engineer expects `en` to find no catalogue and show the sources, and en-us to fall back
# on en, never the other way. But Python's gettext looks a language up by locale.normalize(), which makes en into
# en_US.ISO8859-1, and tries en_US before en: `en` is American. So is de -> de_DE, pt -> pt_PT, zh -> zh_CN: a
# generic language takes the catalogue of whichever country Python thinks of first, if there is one, and
# a catalogue for any other country (en_GB, pt_BR) is left alone. Django's formats do not follow: dates of `en`
# are those of locale/en, so a page may have words of one and figures of another. The sources need a code with a
# country of their own (en-gb), and plain `en` must not be among the languages.
#
# Seen: en -> organization, en-us -> organization, en-gb -> organisation.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check django==5.2.19 babel==2.18.0
cd "$here"
mkdir -p locale/en_US/LC_MESSAGES
cat > locale/en_US/LC_MESSAGES/django.po <<'PO'
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

msgid "organisation"
msgstr "organization"
PO
"$here/venv/bin/pybabel" -q compile -i locale/en_US/LC_MESSAGES/django.po -o locale/en_US/LC_MESSAGES/django.mo -l en_US
cat > words.py <<'PY'
import gettext

import django
from django.conf import settings

settings.configure(
    USE_I18N=True, LANGUAGE_CODE="en-gb", LOCALE_PATHS=["locale"],
    LANGUAGES=[("en", "English"), ("en-gb", "British"), ("en-us", "American")],
)
django.setup()
from django.utils import translation

said = {}
for code in ("en", "en-us", "en-gb"):
    with translation.override(code):
        said[code] = translation.gettext("organisation")
print(said)
assert said == {"en": "organization", "en-us": "organization", "en-gb": "organisation"}, said
found = gettext.find("django", "locale", ["en"])
print("without Django:", found)
assert found is not None and "en_US" in found, found
PY
"$here/venv/bin/python" words.py
