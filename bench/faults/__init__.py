"""What hangs, dies, lies or comes back, done on purpose to a real site: `python3 dev.py faults`.

A site of its own (stage.py) is real PostgreSQL and Valkey, real web servers, workers and a scheduler,
asked over HTTP on loopback. Each file is one kind of fault and has its rows; `rows.py` lists them.
"""
