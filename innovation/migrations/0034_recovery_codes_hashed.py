"""Recovery codes are kept as hashes. Those that people have on paper go on, each once.

A code takes a sixth of a second, so somebody with ten of them takes one or two seconds of a core.
"""

import hmac
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1

from django.db import migrations

from innovation.people.recovery_codes import hashes_of
from innovation.rules import key_ring
from innovation.rules.key_ring import Purpose


def _opened(text):
    return key_ring.unseal(text.encode(), Purpose.SECOND_STEP).decode()


def unused_codes(data):
    """As the library made them of their seed (65.21.1): ten of eight digits."""
    if "migrated_codes" in data:
        return [_opened(code) for code in data["migrated_codes"]]
    made = hmac.new(_opened(data["seed"]).encode("ascii"), None, sha1)
    codes = []
    for place in range(10):
        made.update(f"{place:3},".encode())
        codes.append(f"{int.from_bytes(made.digest()[:4], 'big') % 10**8:08}")
    used = data.get("used_mask", 0)
    return [code for place, code in enumerate(codes) if not used & 1 << place]


def _hashed(codes):
    return {"codes": hashes_of(codes), "of": 10}


def hash_codes(apps, schema_editor):
    Authenticator = apps.get_model("mfa", "Authenticator")
    known, lost = {}, []
    for pk, person, data in Authenticator.objects.filter(type="recovery_codes").values_list(
        "pk", "user_id", "data"
    ):
        if "codes" in data:
            continue
        try:
            known[pk] = unused_codes(data)
        except key_ring.SealedWithAnotherKey:
            lost.append((pk, person))
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # hashing lets go of the interpreter
        for pk, data in zip(known, threads.map(_hashed, known.values()), strict=True):
            Authenticator.objects.filter(pk=pk).update(data=data)
    for pk, person in lost:
        Authenticator.objects.filter(pk=pk).delete()
        sys.stderr.write(
            f"The recovery codes of person:{person} were kept with a key that is gone; they are"
            " taken away, and their owner makes new ones.\n"
        )


class Migration(migrations.Migration):

    dependencies = [
        ("innovation", "0033_languages_of_people"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(hash_codes)]
