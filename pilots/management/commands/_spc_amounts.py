"""Targets, centres and sigmas of the command line, in the unit that `spc` charts."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from dataclasses import dataclass

import numpy as np
from django.core.management.base import CommandError

from pilots.management.commands._spc_rows import Read

# The charts of values in the unit of the file, which may be per cent.
OF_VALUES = ("xmr", "mr", "i_prime", "run", "xbar_s", "s", "xbar_r", "r")


@dataclass(frozen=True)
class Amount:
    """A number of the command line, and whether it was written with %."""

    number: float
    percent: bool

    def __str__(self) -> str:
        return f"{self.number:g}{'%' * self.percent}"


def amount(text: str) -> Amount:
    """3, 0.9 or 90%."""
    match = re.fullmatch(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?) ?(%?)", text.strip())
    if match is None:
        raise ArgumentTypeError(f"“{text}” is no number such as 0.9, 12 or 90%.")
    return Amount(float(match[1]), bool(match[2]))


def as_share(name: str, given: Amount) -> float:
    """The amount as a share of 1; a CommandError where it is none."""
    share = given.number / 100 if given.percent else given.number
    if not 0 <= share <= 1:
        raise CommandError(
            f"A {name} of {given} is no proportion: those lie between 0 and 1. Write"
            f" {given.number:g}% if it is a percentage, or {given.number / 100:g}."
            if 0 <= given.number <= 100
            else f"A {name} of {given} is no proportion: those lie between 0 and 1."
        )
    return share


def in_unit_of_values(name: str, given: Amount, read: Read) -> tuple[float, str]:
    """The amount in the unit of the file's values, and what there is to say of it."""
    values = [v for one in read.series for p in one.points for v in p.numbers.get("value", [])]
    known = [value for value in values if np.isfinite(value)]
    shares = bool(known) and all(0 <= value <= 1 for value in known)
    if read.percent:
        if given.percent or given.number == 0:
            return given.number, ""
        raise CommandError(
            f"The values of the file are percentages: write --{name} with %, as"
            f" {given.number:g}% or {100 * given.number:g}%."
        )
    if not given.percent:
        if shares and 1 < given.number <= 100:
            return given.number, (
                f"Every value lies between 0 and 1, and the {name} is {given}. If that is a"
                f" percentage, write {given}%."
            )
        return given.number, ""
    if shares:
        return given.number / 100, ""
    raise CommandError(
        f"The values of the file are written without %, so whether {given} is {given.number:g} or"
        f" {given.number / 100:g} of them is not known: write --{name} as the file writes its values."
    )
