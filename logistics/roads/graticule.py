"""From the British National Grid to latitude and longitude, as satellites and OSRM have it. Pure.

Source: Ordnance Survey, A guide to coordinate systems in Great Britain, annexes B and C; right to
some five metres, which is nearer than a postcode is.
"""

from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan
from typing import Final, NamedTuple, TypeAlias

_Vector: TypeAlias = tuple[float, float, float]


class _Ellipsoid(NamedTuple):
    """Its half axes in metres."""

    a: float
    b: float

    @property
    def e2(self) -> float:
        return 1 - (self.b / self.a) ** 2


_AIRY: Final = _Ellipsoid(6_377_563.396, 6_356_256.909)
_WGS84: Final = _Ellipsoid(6_378_137.000, 6_356_752.3141)
_SCALE: Final = 0.9996012717
_TRUE_ORIGIN: Final = (radians(49), radians(-2))
_FALSE_ORIGIN: Final = (400_000, -100_000)
_SHIFT_M: Final = (446.448, -125.157, 542.060)
_TURN_RADIANS: Final = tuple(radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
_STRETCH: Final = -20.4894e-6
_NEAR_M: Final = 0.0001


def longitude_and_latitude(easting: float, northing: float) -> tuple[float, float]:
    """Degrees east and north, in the order in which OSRM takes them."""
    latitude, longitude = _unprojected(easting, northing)
    east, north = _angles(_moved(_cartesian(latitude, longitude)))
    return degrees(east), degrees(north)


def _unprojected(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude on Airy's ellipsoid, in radians."""
    phi0, lambda0 = _TRUE_ORIGIN
    reach = northing - _FALSE_ORIGIN[1]
    phi = phi0 + reach / (_AIRY.a * _SCALE)
    while abs(short := reach - _meridian(phi)) > _NEAR_M:
        phi += short / (_AIRY.a * _SCALE)
    inverse = 1 - _AIRY.e2 * sin(phi) ** 2
    nu = _AIRY.a * _SCALE / sqrt(inverse)
    rho = nu * (1 - _AIRY.e2) / inverse
    eta2 = nu / rho - 1
    t, t2 = tan(phi), tan(phi) ** 2
    vii = t / (2 * rho * nu)
    viii = t / (24 * rho * nu**3) * (5 + 3 * t2 + eta2 - 9 * t2 * eta2)
    ix = t / (720 * rho * nu**5) * (61 + 90 * t2 + 45 * t2**2)
    x = 1 / (cos(phi) * nu)
    xi = (nu / rho + 2 * t2) / (6 * cos(phi) * nu**3)
    xii = (5 + 28 * t2 + 24 * t2**2) / (120 * cos(phi) * nu**5)
    d = easting - _FALSE_ORIGIN[0]
    return phi - vii * d**2 + viii * d**4 - ix * d**6, lambda0 + x * d - xi * d**3 + xii * d**5


def _meridian(phi: float) -> float:
    """The length of the meridian from the true origin to a latitude."""
    n = (_AIRY.a - _AIRY.b) / (_AIRY.a + _AIRY.b)
    less, more = phi - _TRUE_ORIGIN[0], phi + _TRUE_ORIGIN[0]
    return (
        _AIRY.b
        * _SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(less) * cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * less) * cos(2 * more)
            - 35 / 24 * n**3 * sin(3 * less) * cos(3 * more)
        )
    )


def _cartesian(latitude: float, longitude: float) -> _Vector:
    nu = _AIRY.a / sqrt(1 - _AIRY.e2 * sin(latitude) ** 2)
    return (
        nu * cos(latitude) * cos(longitude),
        nu * cos(latitude) * sin(longitude),
        nu * (1 - _AIRY.e2) * sin(latitude),
    )


def _moved(point: _Vector) -> _Vector:
    """Helmert's transformation, from Airy's ellipsoid to that of satellites."""
    x, y, z = point
    rx, ry, rz = _TURN_RADIANS
    s = 1 + _STRETCH
    return (
        _SHIFT_M[0] + s * x - rz * y + ry * z,
        _SHIFT_M[1] + rz * x + s * y - rx * z,
        _SHIFT_M[2] - ry * x + rx * y + s * z,
    )


def _angles(point: _Vector) -> tuple[float, float]:
    """Longitude and latitude on the satellites' ellipsoid, in radians."""
    x, y, z = point
    p = hypot(x, y)
    phi = atan2(z, p * (1 - _WGS84.e2))
    for _ in range(5):
        nu = _WGS84.a / sqrt(1 - _WGS84.e2 * sin(phi) ** 2)
        phi = atan2(z + _WGS84.e2 * nu * sin(phi), p)
    return atan2(y, x), phi
