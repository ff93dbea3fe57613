#!/usr/bin/env bash
# Parts of a generic model of pydantic with use_attribute_docstrings are made slower, the more modules are loaded.
#
# pydantic 2.14.4, Python 3.11 and newer.
#
# The setting reads a field's description from the string below it. A good engineer expects that cost once, for
# the class as written. But each parametrisation (Page[A], Page[B], ...) is a class of its own, and for each pydantic looks for
# its source: it walks up the frames of the caller and asks inspect.getmodule() of every one, until one is of the class's module.
# None is, for a class that is made in another module, and for a frame whose file is nobody's (importlib's frozen code, anything that
# was exec'd) getmodule() looks through all of sys.modules, each time anew. So the cost is classes x frames x
# modules: nothing in a script, seconds at the start of a large site that loads such models deep in its imports (50 models
# of a SCIM library behind Django and scientific packages: 2 s at each start of a process). The descriptions found are none, either.
# Whoever meets it: make the parametrised classes early and high up, or leave the setting off in the generic.
#
# Seen: 60 parametrisations 0.065 s, after 4,000 empty modules 0.72 s; without the setting 0.021 s and 0.028 s.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check pydantic==2.14.4
cd "$here"
cat > reading.py <<'PY'
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    model_config = ConfigDict(use_attribute_docstrings=True)
    items: list[Item] = []
    """What stands on it."""
PY
sed 's/=True/=False/' reading.py > plain.py
cat > timed.py <<'PY'
import importlib
import pathlib
import sys
import time
from typing import Literal

which, others = sys.argv[1], int(sys.argv[2])
Page = importlib.import_module(which).Page
folder = pathlib.Path("others")
folder.mkdir(exist_ok=True)
sys.path.insert(0, str(folder))
for number in range(others):
    name = f"other_{number}"
    (folder / f"{name}.py").touch()
    importlib.import_module(name)
began = time.perf_counter()
exec("pages = [Page[Literal[number]] for number in range(60)]")  # as an import would: by code of no file
print(f"{time.perf_counter() - began:.3f}")
PY
run() { "$here/venv/bin/python" timed.py "$1" "$2"; }
for which in plain reading; do for others in 0 4000; do run "$which" "$others" > "$which.$others"; echo "$which, $others other modules: $(cat "$which.$others") s"; done; done
"$here/venv/bin/python" - <<'PY'
read = lambda name: float(open(name).read())
grew, plain = read("reading.4000") / read("reading.0"), read("plain.4000") / read("plain.0")
print(f"with the setting {grew:.1f} times as long, without it {plain:.1f}")
assert grew > 3 and grew > 2 * plain, (grew, plain)
PY
