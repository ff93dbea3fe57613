"""Made-up data whose truth is known: one module a family, its tables in `TABLES`."""
