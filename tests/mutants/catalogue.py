"""All planted faults."""

from tests.mutants import (
    Mutant,
    database,
    decisions,
    guards,
    learning,
    permissions,
    requests,
    scopes,
)

MUTANTS: list[Mutant] = [
    *permissions.MUTANTS,
    *scopes.MUTANTS,
    *guards.MUTANTS,
    *decisions.MUTANTS,
    *database.MUTANTS,
    *requests.MUTANTS,
    *learning.MUTANTS,
]
