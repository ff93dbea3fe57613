"""Tests of the statistics: published numbers, slow twins, simulation."""
