"""Where printers may stand: the service speaks to no other address, whatever a record says.

An administrator writes where a printer is reached, and the service then connects to it: without a
limit, that would open every port of every machine that the service can reach. A name is judged by
what it means as the connection is made, and that very address is connected to.
"""

import asyncio
import re
import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

from budget.refusals import Fault

Networks: TypeAlias = Sequence[IPv4Network | IPv6Network]

PRIVATE: Final[Networks] = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""Neither the machine itself, nor its neighbours by link, where clouds keep their secrets."""

_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# What ends in a number is no name: some programs read it as an address.
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_LONGEST: Final = 253
_LOOK_UP_S: Final = 5.0


class NotAllowedThereError(Exception):
    """The address lies in no network that printers may stand in."""


def networks_of(texts: Sequence[str]) -> Networks:
    """The networks that a setting names; the private ones where it names none."""
    return tuple(ip_network(text) for text in texts) or PRIVATE


def host_faults(field: str, host: str, networks: Networks) -> Iterator[Fault]:
    """What keeps a text from being where a printer is reached; a name is not looked up yet."""
    address = _address(host)
    if address is None:
        if not _is_name(host):
            yield Fault(field, "Write an address such as 192.168.4.20, or a name.")
    elif not _within(address, networks):
        yield Fault(
            field,
            "Printers may not stand at this address. Which networks they may stand in is a"
            " setting of the service.",
        )


async def resolved(host: str, port: int, networks: Networks) -> str:
    """The address to connect to.

    Raises NotAllowedThereError where it, or any that the name means, lies outside; OSError or
    TimeoutError where the name means none.
    """
    address = _address(host)
    if address is None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_LOOK_UP_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [_address(str(each[4][0])) for each in found]
    else:
        addresses = [address]
    if not addresses or not all(each and _within(each, networks) for each in addresses):
        raise NotAllowedThereError
    return str(addresses[0])


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_name(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    if len(text) > _LONGEST or _NUMBER.fullmatch(labels[-1]):
        return False
    return all(_LABEL.fullmatch(label) for label in labels)


def _within(address: IPv4Address | IPv6Address, networks: Networks) -> bool:
    return any(address in network for network in networks if network.version == address.version)
