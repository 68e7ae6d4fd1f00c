"""Passwords: argon2, always in a thread and never many at once."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

_HASHER = PasswordHasher()

# Each hash takes 64 MiB and a core for a while: a flood of sign-ins queues here instead.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hashed(password: str) -> str:
    """The password's hash, with its salt and parameters."""
    return await _in_thread(_HASHER.hash, _bytes(password))


async def verified(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was kept; None costs the same work and is false."""
    return await _in_thread(_verify, kept, _bytes(password))


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def _verify(kept: str | None, password: bytes) -> bool:
    try:
        _HASHER.verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash(b"nobody's password")


def _bytes(password: str) -> bytes:
    # One keyboard sends a letter and its accent as one character, another as two.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogateescape")


async def _in_thread(function: Callable[..., T], *values: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, function, *values)
