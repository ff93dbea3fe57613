"""Made-up data whose truth is known: one module a family, its tables in `TABLES`."""

import os

import django

# What the pages answer with stands beside their tables; nothing here opens one.
os.environ.setdefault("PILOTLIGHT_ENV", "development")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovation.settings")
django.setup()
