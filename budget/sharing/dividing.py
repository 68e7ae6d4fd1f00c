"""Dividing an amount to the penny, in proportion and up to caps. Pure.

Source: contract section 6 (partners' rows sum to the pool's). Pennies that do not divide go to the
largest remainders, of equal ones to who comes first by code: the same parts every time.
"""

from collections.abc import Mapping
from typing import Final

_NOTHING: Final[Mapping[str, int]] = {}


def divide(pence: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Parts that sum to the amount, each within a penny of its proportion.

    Where no weight is above 0, all count alike; a weight below 0 counts as none. Nobody to divide
    among is what can't happen, unless there is nothing to divide.
    """
    if not weights:
        assert not pence, "there is nobody to divide it among"
        return {}
    counting = {who: max(weight, 0) for who, weight in weights.items()}
    whole = sum(counting.values())
    if not whole:
        counting, whole = dict.fromkeys(counting, 1), len(counting)
    sign = -1 if pence < 0 else 1
    parts = {who: divmod(abs(pence) * weight, whole) for who, weight in counting.items()}
    left = abs(pence) - sum(part for part, _ in parts.values())
    first = sorted(parts, key=lambda who: (-parts[who][1], who))[:left]
    return {who: sign * (part + (who in first)) for who, (part, _) in parts.items()}


def divide_capped(
    pence: int, weights: Mapping[str, int], caps: Mapping[str, int] = _NOTHING
) -> dict[str, int]:
    """As divide(), but nobody's part above their cap, while somebody's is not reached.

    What one's cap keeps off is divided among those below theirs, by the same weights. Where all
    have reached theirs, the rest is divided as if there were none: somebody has to bear it. What
    comes back (an amount below 0) knows no cap. Who has no cap is not in `caps`.
    """
    parts = dict.fromkeys(weights, 0)
    free, left = dict(weights), pence
    while left > 0 and free:
        asked = divide(left, free)
        over = [who for who in asked if who in caps and parts[who] + asked[who] > caps[who]]
        taken = {who: caps[who] - parts[who] for who in over} if over else asked
        for who, part in taken.items():
            parts[who] += part
        left -= sum(taken.values())
        if not over:
            return parts
        for who in over:
            del free[who]
    rest = divide(left, weights) if left else _NOTHING
    return {who: part + rest.get(who, 0) for who, part in parts.items()}
