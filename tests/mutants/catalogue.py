"""All planted faults."""

from tests.mutants import Mutant, database, guards, permissions, requests, scopes

MUTANTS: list[Mutant] = [
    *permissions.MUTANTS,
    *scopes.MUTANTS,
    *guards.MUTANTS,
    *database.MUTANTS,
    *requests.MUTANTS,
]
