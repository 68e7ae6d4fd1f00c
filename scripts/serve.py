"""Serve Kitback: `python -m scripts.serve`, which scripts/run calls."""

import logging
import os
import sys
from collections.abc import Sequence

from scripts.arguments import Arguments
from scripts.postgres_folder import PostgresError
from scripts.stopping import StoppedError, StopRequests
from settings import InvalidSettingError


def main(typed: Sequence[str]) -> int:
    """Serve until told to stop; return the exit code."""
    stop = StopRequests()
    stop.listen()
    arguments = Arguments.parse(typed)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    # The web framework takes a second to import: a Ctrl-C in that second finds us listening.
    from scripts.serving import AddressError, serve  # noqa: PLC0415

    try:
        stop.check()
        return serve(arguments, os.environ, stop)
    except StoppedError:
        return 0
    except (AddressError, InvalidSettingError, PostgresError) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
