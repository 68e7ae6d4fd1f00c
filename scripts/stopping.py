"""SIGTERM and Ctrl-C, turned into something that happens at safe points only."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StoppedError(Exception):
    """The operator asked for the end."""


class StopRequests:
    """Counts the requests to stop, and passes each on to whoever can act on it now."""

    def __init__(self) -> None:
        self.count = 0
        self._tell: Callable[[], object] = _nobody

    def listen(self) -> None:
        """Take the two signals over, for good."""
        for number in _SIGNALS:
            signal.signal(number, self._received)
        # scripts/run holds them back until here.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def check(self) -> None:
        """Raise StoppedError once a request has come: to be called where stopping is safe."""
        if self.count:
            raise StoppedError

    @contextlib.contextmanager
    def telling(self, tell: Callable[[], object]) -> Iterator[None]:
        """Call `tell` for each request that comes meanwhile, and for one that has come before."""
        self._tell = tell
        try:
            if self.count:
                tell()
            yield
        finally:
            self._tell = _nobody

    def _received(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self._tell()


def _nobody() -> None:
    pass
