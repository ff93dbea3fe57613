"""Long rows of questions to the product: who sees what is not theirs, what breaks it, what fills it.

`python3 dev.py probes` asks all of them; the suite asks a few of each.
"""
