"""What the operator decides: one frozen object, read from the environment once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

DEMONSTRATION_GCP = "9521234"
"""A GS1 company prefix set aside for demonstrations: no real item can carry it."""

DRAMA_PHONE = "0115 496 0000"
"""From the Nottingham numbers that Ofcom keeps for drama: it never rings in anyone's house."""


_LINE_LENGTH_MAX = 80
_MINUTES_MIN = 5
_MINUTES_MAX = 7 * 24 * 60
_ROAD_FACTOR_MAX = 3
_KMH_MAX = 130
_HOURS = 24
# As much as leaves a promise worth more than any detour (logistics/planner/puzzle.py).
_RATES_MAX = {
    "van_pence": 20_000,
    "km_pence": 200,
    "hour_pence": 3_000,
    "wait_pence": 20_000,
    "brings_max_pence": 20_000,
}


class InvalidSettingError(ValueError):
    """A setting cannot be used; the message says which and why, in one line."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the environment may say; docs/operations.md has a heading for each."""

    database_url: str | None = field(default=None, repr=False)
    public_url: str = "http://127.0.0.1:8000"
    gcp: str = DEMONSTRATION_GCP
    service_name: str = "Kitback equipment service"
    service_phone: str = DRAMA_PHONE
    admin_password: str | None = field(default=None, repr=False)
    pg_bin: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    # Where printers may stand; none is named: in private networks.
    printer_networks: tuple[str, ...] = ()
    session_idle_minutes: int = 60
    session_minutes: int = 12 * 60
    second_factor: str = "offered"
    scrap_percent: int = 100
    osrm_url: str | None = None
    road_factor: float = 1.35
    # As logistics has them: for each hour of the day from midnight.
    speeds_kmh: tuple[int, ...] | None = None
    # What plans of rounds weigh against each other.
    van_pence: int = 2_000
    km_pence: int = 45
    hour_pence: int = 1_600
    wait_pence: int = 3_000
    brings_max_pence: int = 2_000

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], served_at: str = "http://127.0.0.1:8000"
    ) -> Self:
        """Read each setting; an empty one counts as not set.

        `served_at` is the address that the server listens on: what phones open
        unless KITBACK_PUBLIC_URL names a better one. Raises InvalidSettingError.
        """
        said = {name: value.strip() for name, value in environ.items() if value.strip()}
        public_url = said.get("KITBACK_PUBLIC_URL") or said.get("PUBLIC_URL") or served_at
        pg_bin = said.get("KITBACK_PG_BIN")
        return cls(
            database_url=_database_url(said.get("DATABASE_URL")),
            public_url=_public_url(public_url),
            gcp=_gcp(said.get("KITBACK_GCP", cls.gcp)),
            service_name=_line("KITBACK_SERVICE_NAME", said.get("KITBACK_SERVICE_NAME"))
            or cls.service_name,
            service_phone=_line("KITBACK_SERVICE_PHONE", said.get("KITBACK_SERVICE_PHONE"))
            or cls.service_phone,
            # A password may begin or end with a space: it is taken as it stands.
            admin_password=environ.get("KITBACK_ADMIN_PASSWORD") or None,
            pg_bin=Path(pg_bin) if pg_bin else None,
            trusted_proxies=_networks(
                "KITBACK_TRUSTED_PROXIES", said.get("KITBACK_TRUSTED_PROXIES", "")
            ),
            printer_networks=_networks(
                "KITBACK_PRINTER_NETWORKS", said.get("KITBACK_PRINTER_NETWORKS", "")
            ),
            session_idle_minutes=_minutes(
                said, "KITBACK_SESSION_IDLE_MINUTES", cls.session_idle_minutes
            ),
            session_minutes=_minutes(said, "KITBACK_SESSION_MINUTES", cls.session_minutes),
            second_factor=_second_factor(said.get("KITBACK_SECOND_FACTOR", cls.second_factor)),
            scrap_percent=_scrap_percent(said.get("KITBACK_SCRAP_PERCENT", f"{cls.scrap_percent}")),
            osrm_url=_osrm_url(said.get("OSRM_URL")),
            road_factor=_road_factor(said.get("KITBACK_ROAD_FACTOR", f"{cls.road_factor}")),
            speeds_kmh=_speeds(said.get("KITBACK_SPEEDS_KMH")),
            **_rates(said),
        )


def _database_url(value: str | None) -> str | None:
    if value is not None and not value.startswith(("postgresql://", "postgres://")):
        # The value may hold a password, so the message does not repeat it.
        raise InvalidSettingError("DATABASE_URL must begin with postgresql://")
    return value


def _public_url(value: str) -> str:
    """Return it without a trailing slash, as links are made by appending to it."""
    refusal = f"KITBACK_PUBLIC_URL must look like https://kit.example.org, not {value!r}"
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise InvalidSettingError(refusal) from error
    if parts.scheme not in {"http", "https"} or not named or parts.query or parts.fragment:
        raise InvalidSettingError(refusal)
    if re.search(r"[^\x21-\x7e]", value):
        raise InvalidSettingError(refusal)
    return value.rstrip("/")


def _gcp(value: str) -> str:
    if not re.fullmatch(r"[0-9]{4,12}", value):
        raise InvalidSettingError(
            f"KITBACK_GCP must be a GS1 company prefix of 4 to 12 digits, not {value!r}"
        )
    return value


def _networks(name: str, value: str) -> tuple[str, ...]:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return tuple(
            str(ip_network(part)) if "/" in part else str(ip_address(part)) for part in parts
        )
    except ValueError as error:
        raise InvalidSettingError(
            f"{name} must be addresses or networks with commas between them,"
            f" such as 127.0.0.1,10.0.0.0/8: {error}"
        ) from error


def _scrap_percent(value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", value):
        raise InvalidSettingError(
            f"KITBACK_SCRAP_PERCENT must be a whole percentage from 1 to 999, not {value!r}"
        )
    return int(value)


def _minutes(said: Mapping[str, str], name: str, otherwise: int) -> int:
    value = said.get(name)
    if value is None:
        return otherwise
    if not re.fullmatch(r"[0-9]{1,5}", value) or not _MINUTES_MIN <= int(value) <= _MINUTES_MAX:
        raise InvalidSettingError(
            f"{name} must be whole minutes from {_MINUTES_MIN} to {_MINUTES_MAX}, not {value!r}"
        )
    return int(value)


def _second_factor(value: str) -> str:
    if value not in {"offered", "required"}:
        raise InvalidSettingError(
            f"KITBACK_SECOND_FACTOR must be offered or required, not {value!r}"
        )
    return value


def _osrm_url(value: str | None) -> str | None:
    if value is None:
        return None
    refusal = f"OSRM_URL must look like http://127.0.0.1:5000, not {value!r}"
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise InvalidSettingError(refusal) from error
    if parts.scheme not in {"http", "https"} or not named or parts.query or parts.fragment:
        raise InvalidSettingError(refusal)
    return value.rstrip("/")


def _road_factor(value: str) -> float:
    if not re.fullmatch(r"[1-9](\.[0-9]{1,3})?", value) or float(value) > _ROAD_FACTOR_MAX:
        raise InvalidSettingError(
            f"KITBACK_ROAD_FACTOR must be a number from 1 to {_ROAD_FACTOR_MAX}, not {value!r}"
        )
    return float(value)


def _speeds(value: str | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    is_right = len(parts) == _HOURS and all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts)
    if not is_right or not all(0 < int(part) <= _KMH_MAX for part in parts):
        raise InvalidSettingError(
            f"KITBACK_SPEEDS_KMH must be {_HOURS} whole numbers from 1 to {_KMH_MAX} with commas"
            f" between them, one for each hour from midnight, not {value!r}"
        )
    return tuple(int(part) for part in parts)


def _rates(said: Mapping[str, str]) -> dict[str, int]:
    """What plans are reckoned by, of what was set; the rest is as it was."""
    rates = {}
    for name, most in _RATES_MAX.items():
        value = said.get(f"KITBACK_{name.upper()}")
        if value is None:
            continue
        if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > most:
            raise InvalidSettingError(
                f"KITBACK_{name.upper()} must be whole pence from 0 to {most}, not {value!r}"
            )
        rates[name] = int(value)
    return rates


def _line(name: str, value: str | None) -> str | None:
    """Refuse what would break a label's line: it is printed as it stands."""
    if value is not None and (len(value) > _LINE_LENGTH_MAX or not value.isprintable()):
        raise InvalidSettingError(
            f"{name} must be one printable line of at most {_LINE_LENGTH_MAX} characters"
        )
    return value
