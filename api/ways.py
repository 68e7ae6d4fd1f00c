"""By what travel is reckoned, as the operator has set it."""

from logistics.depot_days import Ways
from logistics.travel import Speeds
from settings import Settings


def ways_of(settings: Settings) -> Ways:
    """The road server, the road factor and the speeds of the settings."""
    usual = Speeds()
    speeds = Speeds(settings.road_factor, settings.speeds_kmh or usual.kmh)
    return Ways(settings.osrm_url, speeds)
