"""The date of a mail: what the sender wrote where that can be true, else what the server saw."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

EARLIEST = datetime(1980, 1, 1)
TOLERANCE = timedelta(days=2)
"""A sender's clock or zone may be wrong by a day or so; more is a lie that would spoil the order."""


def header_date(value: str) -> datetime | None:
    """A Date header as naive UTC, or None if it is no date (RFC 5322 section 3.3)."""
    try:
        parsed = parsedate_tz(value[:200])
        if parsed is None:
            return None
        offset = parsed[9] or 0
        if abs(offset) > 86_400:
            return None
        # A leap second (60) is legal in RFC 5322 and not in datetime.
        return datetime(*parsed[:5], min(parsed[5], 59)) - timedelta(seconds=offset)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def mail_date(value: str, received: datetime | None) -> tuple[datetime | None, str]:
    """Choose the date of a mail.

    :param value: Date header, unfolded
    :param received: when the server got it; naive means UTC
    :return: naive UTC without microseconds, and 'header', 'received' or 'none'
    """
    received = naive_utc(received)
    written = header_date(value)
    latest = (received or datetime.now(UTC).replace(tzinfo=None)) + TOLERANCE
    if written and EARLIEST <= written <= latest:
        return written, "header"
    if received:
        return received, "received"
    return None, "none"


def naive_utc(moment: datetime | None) -> datetime | None:
    """A moment as Odoo stores it: UTC, naive, whole seconds."""
    if moment is None:
        return None
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)
