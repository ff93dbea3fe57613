"""What a view does with a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from innovation.rules.refusal import NotAllowed, Refused


@contextmanager
def shown_on(form: Any) -> Iterator[None]:
    """Put the sentence of a refusal above the form, which keeps what was typed:

        with shown_on(form):
            needs.decline(...)
            return redirect(...)
        return render(... form ...)

    What the person may not do at all stays a refusal of the whole page.
    """
    try:
        yield
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
