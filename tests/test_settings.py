"""What the operator may say, and how a slip is answered."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from settings import DEMONSTRATION_GCP, InvalidSettingError, Settings

OPERATIONS = Path(__file__).parents[1] / "docs/operations.md"


def test_nothing_need_be_set() -> None:
    """A fresh machine serves with a demonstration prefix, at the address it listens on."""
    settings = Settings.from_environment({}, served_at="http://127.0.0.1:8123")
    assert settings == Settings(public_url="http://127.0.0.1:8123", gcp=DEMONSTRATION_GCP)


def test_everything_can_be_set() -> None:
    """Each setting reaches the field that is named after it."""
    settings = Settings.from_environment(
        {
            "DATABASE_URL": "postgresql://db.example/kitback",
            "KITBACK_PUBLIC_URL": "https://kit.example.org/",
            "KITBACK_GCP": "5012345",
            "KITBACK_SERVICE_NAME": "Trent Equipment",
            "KITBACK_SERVICE_PHONE": "0115 496 0999",
            "KITBACK_ADMIN_PASSWORD": " kept as typed ",
            "KITBACK_PG_BIN": "/usr/lib/postgresql/17/bin",
            "KITBACK_TRUSTED_PROXIES": "127.0.0.1, ::1,10.0.0.0/8",
            "KITBACK_SESSION_IDLE_MINUTES": "30",
            "KITBACK_SESSION_MINUTES": "480",
            "KITBACK_SECOND_FACTOR": "required",
            "OSRM_URL": "http://roads.example:5000/",
            "KITBACK_ROAD_FACTOR": "1.4",
            "KITBACK_SPEEDS_KMH": ", ".join(["50"] * 12 + ["30"] * 12),
            "KITBACK_VAN_PENCE": "1000",
            "KITBACK_KM_PENCE": "50",
            "KITBACK_HOUR_PENCE": "1800",
            "KITBACK_WAIT_PENCE": "0",
            "KITBACK_BRINGS_MAX_PENCE": "2500",
        }
    )
    assert settings == Settings(
        database_url="postgresql://db.example/kitback",
        public_url="https://kit.example.org",
        gcp="5012345",
        service_name="Trent Equipment",
        service_phone="0115 496 0999",
        admin_password=" kept as typed ",
        pg_bin=Path("/usr/lib/postgresql/17/bin"),
        trusted_proxies=("127.0.0.1", "::1", "10.0.0.0/8"),
        session_idle_minutes=30,
        session_minutes=480,
        second_factor="required",
        osrm_url="http://roads.example:5000",
        road_factor=1.4,
        speeds_kmh=(50,) * 12 + (30,) * 12,
        van_pence=1_000,
        km_pence=50,
        hour_pence=1_800,
        wait_pence=0,
        brings_max_pence=2_500,
    )


def test_an_empty_setting_is_not_set() -> None:
    """Files of settings often name all, and leave most empty."""
    names = re.findall(r"^### `(\w+)`", OPERATIONS.read_text(), re.MULTILINE)
    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings()


def test_the_shorter_name_of_the_address_counts_where_the_longer_is_not_set() -> None:
    """PUBLIC_URL is what hosts of containers like to set."""
    short = {"PUBLIC_URL": "https://short.example"}
    assert Settings.from_environment(short).public_url == "https://short.example"
    both = short | {"KITBACK_PUBLIC_URL": "https://long.example"}
    assert Settings.from_environment(both).public_url == "https://long.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db.example/kitback"),
        ("KITBACK_PUBLIC_URL", "kit.example.org"),
        ("KITBACK_PUBLIC_URL", "ftp://kit.example.org"),
        ("KITBACK_PUBLIC_URL", "https://"),
        ("KITBACK_PUBLIC_URL", "https://kit.example.org?x=1"),
        ("KITBACK_PUBLIC_URL", "https://kit.example.org:port"),
        ("KITBACK_PUBLIC_URL", "https://kit.example.org/a b"),
        ("KITBACK_GCP", "123"),
        ("KITBACK_GCP", "1234567890123"),
        ("KITBACK_GCP", "95212\u0663"),
        ("KITBACK_SERVICE_NAME", "two\nlines"),
        ("KITBACK_SERVICE_PHONE", "0" * 81),
        ("KITBACK_TRUSTED_PROXIES", "*"),
        ("KITBACK_TRUSTED_PROXIES", "proxy.example.org"),
        ("KITBACK_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("KITBACK_SESSION_IDLE_MINUTES", "4"),
        ("KITBACK_SESSION_MINUTES", "1e3"),
        ("KITBACK_SECOND_FACTOR", "on"),
        ("OSRM_URL", "roads.example:5000"),
        ("OSRM_URL", "http://:5000"),
        ("OSRM_URL", "http://roads.example?x"),
        ("KITBACK_ROAD_FACTOR", "0.9"),
        ("KITBACK_ROAD_FACTOR", "3.1"),
        ("KITBACK_ROAD_FACTOR", "nan"),
        ("KITBACK_SPEEDS_KMH", "50"),
        ("KITBACK_SPEEDS_KMH", ",".join(["0"] * 24)),
        ("KITBACK_SPEEDS_KMH", ",".join(["131"] * 24)),
        ("KITBACK_VAN_PENCE", "20001"),
        ("KITBACK_KM_PENCE", "-1"),
        ("KITBACK_HOUR_PENCE", "16.00"),
        ("KITBACK_WAIT_PENCE", "much"),
        ("KITBACK_BRINGS_MAX_PENCE", "99999"),
    ],
)
def test_a_slip_is_named_in_one_line(name: str, value: str) -> None:
    """The operator reads which setting to mend."""
    with pytest.raises(InvalidSettingError) as refusal:
        Settings.from_environment({name: value})
    assert str(refusal.value).startswith(name)
    assert "\n" not in str(refusal.value)


def test_secrets_do_not_show() -> None:
    """A settings object that ends up in a log gives no password away."""
    shown = repr(Settings(database_url="postgresql://a:secret@b/c", admin_password="secret"))
    assert "secret" not in shown


def test_every_setting_is_explained() -> None:
    """docs/operations.md has a heading for each."""
    explained = re.findall(r"^### `(?:KITBACK_)?(\w+)`", OPERATIONS.read_text(), re.MULTILINE)
    assert {field.name for field in fields(Settings)} <= {name.lower() for name in explained}
