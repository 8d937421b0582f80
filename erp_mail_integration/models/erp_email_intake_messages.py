import re
from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools.mail import email_split_tuples

from ..mailbox import RawMail
from ..matching import Match
from ..mime.writing import Draft, File, write_mail
from .erp_email_copy import STORED

ORIGINAL = "original_email.eml"
"""The attachment in which Odoo's gateway keeps the mail, where the server says so."""
IMAGE = re.compile(r"""(<img\b[^>]*?\bsrc=["'])[^"'>]*?/web/image/(\d+)\b[^"'>]*""", re.IGNORECASE)


class ErpEmailIntake(models.AbstractModel):
    """Mails that are made from Odoo's messages."""

    _inherit = "erp.email.intake"

    @api.model
    def _receive_messages(self, messages):
        """Put the mails of messages into the ledger, with a constant number of queries.

        :param messages: ``mail.message`` records; those that are one mail (a reply to two documents) give one
        :return: the new ``erp.email.copy`` records
        """
        firsts = messages.browse(next(iter(same)).id for same in messages.grouped("message_id").values())
        recipients = self._recipients(firsts)
        raws = [RawMail("", self._raw(message, recipients[message.id]), message.date) for message in firsts]
        folder = self.env["fetchmail.folder"]
        copies = self._receive(folder.server_id, folder, raws, source="message")
        for copy, message in zip(copies, firsts, strict=True):
            copy.mail_message_id = message
        return copies

    @api.model
    def _recipients(self, messages):
        """Who got the messages by mail, or to whom they were written.

        :rtype: dict[int, dict[str, str]] names by address, by id of the message
        """
        notified = (
            self.env["mail.notification"]
            .sudo()
            .search_fetch(
                [("mail_message_id", "in", messages.ids), ("notification_type", "=", "email")],
                ["mail_message_id", "res_partner_id", "mail_email_address"],
                order="id",
            )
        )
        found = {message.id: {} for message in messages}
        for notification in notified:
            partner = notification.res_partner_id
            if address := partner.email_normalized or notification.mail_email_address:
                found[notification.mail_message_id.id][address] = partner.name or ""
        for message in messages:
            if message.message_type != "email":
                people = found[message.id]
                for partner in message.partner_ids.filtered("email_normalized"):
                    people.setdefault(partner.email_normalized, partner.name)
                for name, address in email_split_tuples(message.outgoing_email_to or ""):
                    people.setdefault(address, name)
        return found

    @api.model
    def _raw(self, message, recipients):
        """
        :param dict[str, str] recipients: names by address, of a message that left
        :rtype: bytes
        """
        incoming = message.message_type == "email"
        original = incoming and message.attachment_ids.filtered(lambda attachment: attachment.name == ORIGINAL)
        if original:
            return original[0].raw or b""
        body = message.body or ""
        shown = {int(id_) for _tag, id_ in IMAGE.findall(body)} & set(message.attachment_ids.ids)
        names = {id_: f"image{number}@message" for number, id_ in enumerate(sorted(shown), 1)}
        parent = message.parent_id
        if incoming:
            to = tuple(email_split_tuples(message.incoming_email_to or ""))
        else:
            to = tuple((name, address) for address, name in recipients.items())
        sender = (email_split_tuples(message.email_from or "") or [("", "")])[0]
        return write_mail(
            Draft(
                message_id=message.message_id,
                date=message.date,
                subject=message.subject or ("" if incoming else f"Re: {message.record_name or ''}"),
                from_=sender if sender[1] else (message.author_id.name or message.email_from or "", ""),
                to=to,
                cc=tuple(email_split_tuples(message.incoming_email_cc or "")) if incoming else (),
                # Odoo hangs every message below the first one of the document, which may be no mail at all.
                in_reply_to=(parent.message_id or "") if parent.message_type in ("email", "comment") else "",
                html=IMAGE.sub(lambda match: _shown_inside(match, names), body),
                files=tuple(
                    File(
                        attachment.name or "",
                        attachment.mimetype or "",
                        attachment.raw or b"",
                        names.get(attachment.id, ""),
                    )
                    for attachment in message.attachment_ids.sorted("id")
                ),
            )
        )

    # ------------------------------------------------------------------ the same mail from elsewhere

    @api.model
    def _stored_emails(self, copies, parsed):
        """What was made from a message, and the mail itself in a mailbox, are one mail, though not of the same bytes."""
        known = super()._stored_emails(copies, parsed)
        unknown = {
            copy: mail for copy in copies if (mail := parsed[copy.id]).fingerprint not in known and mail.message_id
        }
        if not unknown:
            return known
        namesakes = defaultdict(self.env["erp.email"].browse)
        ids = list({mail.message_id for mail in unknown.values()})
        for email in self.env["erp.email"].sudo().search([("message_id", "in", ids)], order="id"):
            namesakes[email.message_id] |= email
        if not namesakes:
            return known
        own = self.env["erp.email.matcher"]._own_addresses()
        for copy, mail in unknown.items():
            for email in namesakes[mail.message_id]:
                message = copy.mail_message_id or email.copy_ids.mail_message_id[:1]
                if message and _is_mail_of(message, email, mail, own):
                    known[mail.fingerprint] = email
        return known

    # ------------------------------------------------------------------ links

    def _identify(self, copies, parsed):
        emails = super()._identify(copies, parsed)
        if made := copies.filtered("mail_message_id"):
            # Before the rules, which would say no more than that the document is the sender's contact.
            self._join_messages(made)
        return emails

    @api.model
    def _join_messages(self, copies):
        """Link mails to all documents whose chatter holds them, and say what is known of them.

        :param copies: ``erp.email.copy`` records that were made from messages, with their mail
        """
        copy_of = {copy.mail_message_id.message_id: copy for copy in copies}
        live = self.env["erp.email.reference.type"]._live_models()
        messages = (
            self.env["mail.message"]
            .sudo()
            .search(
                [("message_id", "in", list(copy_of)), ("model", "in", live), ("res_id", "!=", 0)],
                order="id",
            )
        )
        matches = defaultdict(list)
        for message in messages:
            rule = "gateway" if message.message_type == "email" else "sent"
            email = copy_of[message.message_id].email_id
            matches[email.id].append(Match(message.model, message.res_id, rule, message.message_id))
        links = self.env["erp.email.link"]._write_matches(matches)
        runs = {copy.email_id: copy.backfill_id for copy in copies}
        for run, of_run in links.grouped(lambda link: runs[link.email_id]).items():
            of_run.backfill_id = run
        self._note_deliveries(copies)

    @api.model
    def _note_deliveries(self, copies):
        """Write on the mails what became of them, as far as the message tells; a mail that was stored before knows."""
        copies = copies.filtered(lambda copy: copy.state == STORED)
        failures = {}
        for notification in (
            self.env["mail.notification"]
            .sudo()
            .search_fetch(
                [
                    ("mail_message_id", "in", copies.mail_message_id.ids),
                    ("notification_status", "in", ("bounce", "exception")),
                ],
                ["mail_message_id", "notification_status", "failure_reason"],
            )
        ):
            failures[notification.mail_message_id] = notification
        for copy in copies:
            message = copy.mail_message_id
            # It went through the gateway, or left from here: what comes of it later must not.
            values = {"mail_message_id": message.id, "routed": True}
            if message.message_type != "email":
                failure = failures.get(message)
                bounced = failure and failure.notification_status == "bounce"
                values |= {
                    "direction": "out",
                    "delivery": "bounced" if bounced else "failed" if failure else "sent",
                    "delivery_error": failure and failure.failure_reason,
                }
            copy.email_id.write(values)


def _shown_inside(match, names):
    name = names.get(int(match[2]))
    return f"{match[1]}cid:{name}" if name else match[0]


def _is_mail_of(message, email, mail, own):
    """Whether a stored mail and another one of the same Message-ID are the mail of a message.

    Anybody may send a Message-ID that they have seen, and some devices use one for all their mails. So a mail that came
    has the same author and the same date; one that left has an author of ours. The bytes are kept in any case.

    :param erp.email email: the stored mail
    :param ParsedMail mail: the other one
    :param set[str] own: addresses and domains of ours
    """
    if message.message_type == "email":
        same_time = mail.date and abs(mail.date - email.date) <= timedelta(minutes=1)
        return bool(same_time and mail.from_.address == (email.from_address or ""))
    senders = (mail.from_.address, email.from_address or "")
    return all(sender in own or sender.rpartition("@")[2] in own for sender in senders)
