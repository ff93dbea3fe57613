"""python -m demo.hospital --port 8091 [--today 2026-11-23] [--fail /exports/falls.csv=503]"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime

from demo.hospital.server import Hospital, Switches


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m demo.hospital",
        description="Lakeshore Health, a fictional health system, on a loopback port.",
    )
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        help="the day the story was begun (default: today). Keep it between starts, and a week "
        "keeps its numbers for good; the weeks after it go on",
    )
    parser.add_argument(
        "--fail", action="append", default=[], metavar="PATH=STATUS", help="answer so on a path"
    )
    parser.add_argument(
        "--slow", action="append", default=[], metavar="PATH=SECONDS", help="answer late on a path"
    )
    parser.add_argument("--verbose", action="store_true", help="one line for each request")
    options = parser.parse_args(arguments)

    switches = Switches()
    try:
        for given in options.fail:
            path, _, status = given.rpartition("=")
            switches.put(path, int(status), 0)
        for given in options.slow:
            path, _, seconds = given.rpartition("=")
            switches.put(path, switches.of(path)[0], float(seconds))
    except ValueError:
        parser.error(f"{given!r} should look like /exports/falls.csv=503")

    def real_day() -> date:
        return datetime.now(UTC).date()

    begun = options.today or real_day()
    try:
        hospital = Hospital(
            options.port,
            today=begun,
            now=lambda: max(begun, real_day()),
            switches=switches,
            quiet=not options.verbose,
        )
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}.", file=sys.stderr)
        return 1

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=hospital.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    print(f"Lakeshore Health answers on {hospital.address}, its story begun {begun}.", flush=True)
    with hospital:
        hospital.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
