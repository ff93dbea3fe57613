"""A row's key as an address or a form names it."""

# What a key of ours can be at most: a bigint's.
LARGEST = 2**63 - 1


def key_of(text: object) -> int | None:
    """The key that this text writes in plain digits; None for everything else.

    `str.isdigit` also says yes to "²", which `int` refuses, and knows no largest number.
    """
    text = str(text)
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return key if (key := int(text)) <= LARGEST else None
