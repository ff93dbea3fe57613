"""The key by which a server is known again: `ssh-ed25519 AAAA…`, as known_hosts has it."""

import asyncssh

# Those that are asked for, in the order in which one is preferred; with SHA-1 none.
_ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
_NO_KEY = (
    "This is no public key of a server. Paste the line that begins with ssh-ed25519, ecdsa-sha2 or ssh-rsa, or"
    " leave it empty."
)


def problem(text: str) -> str:
    """What is wrong with a key that was pasted, or nothing."""
    try:
        line_of(text)
    except ValueError:
        return _NO_KEY
    return ""


def line_of(text: str) -> str:
    """The type and the key of a line, without what known_hosts and ssh-keyscan write around it; ValueError
    where there is none."""
    words = text.split()
    for place, word in enumerate(words[:-1]):
        if word in _ALGORITHMS:
            key = loaded(f"{word} {words[place + 1]}")
            if key.get_algorithm() == word:
                return written(key)
    raise ValueError(_NO_KEY)


def loaded(line: str) -> asyncssh.SSHKey:
    """The key of a line; ValueError where it is none."""
    try:
        return asyncssh.import_public_key(line)
    except (asyncssh.KeyImportError, ValueError) as error:
        raise ValueError(_NO_KEY) from error


def written(key: asyncssh.SSHKey) -> str:
    """A key as it is kept: its type and itself, and no comment."""
    return " ".join(key.export_public_key().decode("ascii").split()[:2])


def fingerprint(line: str) -> str:
    """What people compare: SHA256:…, as `ssh-keygen -l` prints it."""
    return loaded(line).get_fingerprint()


def algorithms(pinned: str) -> list[str]:
    """What a server is asked to show itself with: the key that is known first, since one that has several
    shows the first that is asked for; the others after it, so that a changed one is seen and named."""
    known = pinned.split()[0] if pinned else ""
    kinds = sorted(_ALGORITHMS, key=lambda kind: kind != known)
    return [one for kind in kinds for one in _ALGORITHMS[kind]]
