"""Lakeshore Health: a fictional health system that answers over FHIR, REST and CSV.

A small process of its own on loopback, without Django, so that the demo's pilots pull their
numbers over HTTP as from any source. `python -m demo.hospital --help` says how to start it.
"""
