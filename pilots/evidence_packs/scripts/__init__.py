"""What goes into each pack as it stands: two scripts that know nothing of the product, and how to
run them. They change only with what they compute, and with them `pilots.evidence.numbers.ANALYSIS`."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = ("README.txt", "recompute.R", "recompute.py")


@cache
def files() -> dict[str, bytes]:
    return {name: (FOLDER / name).read_bytes() for name in NAMES}
