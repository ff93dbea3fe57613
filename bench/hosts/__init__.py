"""Several machines on one: what is lost, doubled and seen when one of them dies or is cut off.

    python3 dev.py hosts [--rounds 20] [--only HOST] [--seed 1] [--resume]

Each host is a network namespace with a process table and a name of its own, on a bridge (`network.py`,
`machine.py`); what runs there are Debian's engines and the product, by the files of `deploy/`
(`programs.py`). Needs, pulls and approvals are the load (`load.py`). `faults.py` kills and cuts off
one host after the other, and `checks.py` asks whether all is well and compares what was acknowledged
with what the database has.
"""
