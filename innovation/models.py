"""An index page: Django finds the tables of the app's rooms here; nobody imports it."""

from innovation import house

house.load("models", "innovation")
