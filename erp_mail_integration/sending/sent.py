"""What has to be known of a mail that was sent, once its row in Odoo's queue is gone."""

from dataclasses import dataclass, field

Recipient = tuple[str, str, str]
"""Role ("to" or "cc"), name and normalised address."""


@dataclass(frozen=True)
class SentMail:
    """A row of the queue that was sent, or could not be. Values only: the row may be deleted, the records changed."""

    mail_id: int
    """Id of the row."""
    message_id: str
    raw: bytes = field(repr=False)
    """The message of the first recipient as it left, but for the keys in its links: see :mod:`.links`."""
    recipients: tuple[Recipient, ...]
    partner_ids: dict[str, int]
    """Ids of the contacts that it went to, by normalised address."""
    document: tuple[str, int]
    """Model and id of the record that it was sent from."""
    mail_message_id: int
    user_id: int
    """Who wrote it."""
    failure: str = ""
    """Why it was not delivered, '' if it was."""
