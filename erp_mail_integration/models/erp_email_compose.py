from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, format_datetime, html_sanitize, plaintext2html

from .. import mailto
from .erp_email_link import LINKED
from .mail_compose_message_account import signature_block

KINDS = ("new", "reply", "reply_all", "forward", "resend", "export")


class ErpEmail(models.Model):
    """Writing mail about a document: recipients, subject and quote, and what to know before sending."""

    _inherit = "erp.email"

    @api.model
    def tab_compose(self, res_model, res_id, kind, email_id=False):
        """Start a mail about the document, in the mail program that the user prefers.

        :param res_model: of the document on whose tab it is read; False on the mail's own form: about the first
            document that it is linked to
        :param str kind: ``new``, ``reply``, ``reply_all``, ``forward``, ``resend`` (to the same people again) or
            ``export`` (the mail itself to the user's own address)
        :param email_id: the mail that is answered or passed on
        :return: ``{"url"}`` for the user's mail program, ``{"action"}`` for Odoo's composer or ``{"message"}``
            where it is done; ``warnings`` to confirm, ``dropped`` people who will not get the answer
        """
        record = self._tab_record(res_model, res_id) if res_model else None
        email = self._tab_email(record, email_id) if email_id else self.browse()
        if not res_model:
            record = email._main_document()
        if kind not in KINDS or not (record if kind == "new" else email):
            raise UserError(self.env._("Choose a mail first."))
        if kind == "export":
            return {"message": email._send_to_me(), "warnings": [], "dropped": ""}
        draft = self._tab_draft(record, email, kind)
        answers = kind in ("reply", "reply_all")
        result = {
            "warnings": email._reply_warnings(record, draft, kind) if answers else [],
            "dropped": ", ".join(draft.dropped),
        }
        if answers:
            self.env["erp.email.writing"]._note(email)
        in_odoo = self.env.user.erp_email_program == "odoo" or kind == "resend"
        if in_odoo and record is None:
            raise UserError(self.env._("Odoo writes mail about a document: link this mail to one first."))
        if in_odoo:
            return result | {"action": email._composer_action(record, draft, kind)}
        link = mailto.mailto(draft)
        if not link.complete:
            result["warnings"].append(
                self.env._("These are more recipients than a mail program can be given. Write in Odoo instead.")
            )
        return result | {"url": link.url}

    @api.model
    def _tab_draft(self, record, email, kind):
        doctype = self._tab_type(record) if record is not None else None
        tag = doctype._tag(record) if doctype else ""
        if kind == "new":
            contact = doctype._contact(record).sudo()
            address = email_normalize(contact.email or "") or ""
            subject = "" if record._name == "res.partner" else record.display_name
            return mailto.new([address], subject, tag)
        parsed = email._parsed()
        if not parsed:
            raise UserError(self.env._("The source of this mail is gone; it cannot be answered or passed on."))
        if kind == "forward":
            return mailto.forward(parsed, tag=tag, introduction=email._forward_introduction())
        if kind == "resend":
            people = mailto.reply(parsed, lambda address: False, everybody=True, sent=True)
            return mailto.Draft(to=people.to, cc=people.cc, subject=email.subject or "", text=parsed.text)
        own = self._own_addresses(
            [address.address for address in (parsed.from_, *parsed.to, *parsed.cc, *parsed.reply_to)]
        )
        return mailto.reply(
            parsed,
            own.__contains__,
            everybody=kind == "reply_all",
            sent=email.direction == "out",
            tag=tag,
            introduction=self.env._(
                "On %(date)s, %(name)s wrote:",
                date=_moment(self.env, email.date),
                name=email.from_name or email.from_address or "",
            ),
        )

    def _forward_introduction(self):
        lines = [
            f"---------- {self.env._('Forwarded mail')} ----------",
            self.env._(
                "From: %s", " ".join(filter(None, (self.from_name, self.from_address and f"<{self.from_address}>")))
            ),
            self.env._("Date: %s", _moment(self.env, self.date)),
            self.env._("Subject: %s", self.subject or ""),
            self.env._("To: %s", self.to_text or ""),
        ]
        if self.cc_text:
            lines.append(self.env._("Cc: %s", self.cc_text))
        return "\n".join(lines)

    @api.model
    def _own_addresses(self, addresses):
        """Those of the addresses that reach the user or the company itself: an answer to them would come back.

        Colleagues are not own: they stay in the conversation.
        """
        wanted = {address for address in addresses if address}
        user = self.env.user
        domains = self.env["mail.alias.domain"].sudo().search([])
        own = {user.email_normalized, *(email_normalize(company.email or "") for company in user.company_ids)}
        own.update(*(domains.mapped(name) for name in ("catchall_email", "bounce_email", "default_from_email")))
        servers = self.env["fetchmail.server"].sudo().with_context(active_test=False).search([("user", "!=", False)])
        own.update(email_normalize(login) for login in servers.mapped("user") if login)
        aliases = self.env["mail.alias"].sudo().search([("alias_full_name", "in", list(wanted))])
        own.update(aliases.mapped("alias_full_name"))
        return wanted & {address.lower() for address in own if address}

    # ------------------------------------------------------------------ before writing

    def _reply_warnings(self, record, draft, kind):
        """What somebody should know before they answer (SEEDS B12), as sentences."""
        warnings = []
        colleagues = self.env["erp.email.writing"]._colleagues(self)
        if colleagues:
            warnings.append(
                self.env._(
                    "%(names)s is answering this conversation right now.", names=", ".join(colleagues.mapped("name"))
                )
            )
        newest = self._newer_mail(record) if record is not None else None
        if newest:
            warnings.append(
                self.env._(
                    "A newer mail of this conversation came on %(date)s from %(name)s.",
                    date=_moment(self.env, newest.date),
                    name=newest.from_name or newest.from_address or "?",
                )
            )
        if kind == "reply_all":
            outsiders = self._outsiders([*draft.to, *draft.cc])
            if outsiders:
                warnings.append(
                    self.env._("New in this conversation, and they will get your answer: %s.", ", ".join(outsiders))
                )
        return warnings

    def _newer_mail(self, record):
        self.env.cr.execute(
            SQL(
                "SELECT e.id FROM erp_email e JOIN erp_email_link l ON l.email_id = e.id"
                " WHERE e.thread_key = %s AND e.id != %s AND (e.date, e.id) > (%s, %s)"
                " AND l.res_model = %s AND l.res_id IN %s AND l.state = %s ORDER BY e.date DESC, e.id DESC LIMIT 1",
                self.thread_key,
                self.id,
                self.date,
                self.id,
                record._name,
                tuple(self._tab_record_ids(record)),
                LINKED,
            )
        )
        return self.sudo().browse([row[0] for row in self.env.cr.fetchall()])

    def _outsiders(self, addresses):
        """Addresses that take part in this mail, but in no earlier one of its conversation, and are not ours."""
        earlier = self.sudo().search(
            [("thread_key", "=", self.thread_key), ("thread_key", "!=", False), ("date", "<", self.date)]
        )
        if not earlier:
            return []
        known = set(earlier.address_ids.mapped("address")) | {self.from_address}
        known |= self._own_addresses(addresses) | self._staff_addresses(set(addresses))
        return [address for address in addresses if address not in known]

    # ------------------------------------------------------------------ Odoo's composer

    def _composer_action(self, record, draft, kind):
        """Odoo's composer, filled with the draft."""
        parsed = self._parsed() if self else None
        attachments = self.env["ir.attachment"]
        if parsed and kind in ("forward", "resend"):
            attachments = self.env["ir.attachment"].create(
                [
                    {
                        "name": part.name,
                        "raw": part.payload,
                        "mimetype": part.mimetype,
                        "res_model": "mail.compose.message",
                        "res_id": 0,
                    }
                    for part in parsed.attachments
                ]
            )
        signature = signature_block(self.env.user._email_signature())
        body = Markup("<p><br></p>%s") % signature
        if kind != "new":
            content = (
                html_sanitize(parsed.html)
                if kind in ("forward", "resend") and parsed.html
                else plaintext2html(draft.text)
            )
            if draft.quoted:
                content = Markup("<blockquote>%s</blockquote>") % content
            introduction = plaintext2html(draft.introduction) if draft.introduction else ""
            body = content if kind == "resend" else Markup("%s%s%s") % (body, introduction, content)
        titles = {
            "new": self.env._("New mail"),
            "reply": self.env._("Reply"),
            "reply_all": self.env._("Reply all"),
            "forward": self.env._("Forward"),
            "resend": self.env._("Send again"),
        }
        return {
            "type": "ir.actions.act_window",
            "name": titles[kind],
            "res_model": "mail.compose.message",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_model": record._name,
                "default_res_ids": record.ids,
                "default_composition_mode": "comment",
                "default_subject": draft.subject,
                "default_body": body,
                "default_attachment_ids": attachments.ids,
                "default_partner_ids": [],
                "default_email_add_signature": False,
                "default_erp_email_compose": True,
                "default_erp_email_to": ", ".join(draft.to),
                "default_erp_email_cc": ", ".join(draft.cc),
                "default_erp_email_references": " ".join(draft.references),
                "default_erp_email_in_reply_to": draft.in_reply_to,
                "clicked_on_full_composer": True,
            },
        }

    def _send_to_me(self):
        """Send the mail, as it is, to the user's own address as an attachment (SEEDS 34)."""
        user = self.env.user
        if not user.email_normalized:
            raise UserError(self.env._("You have no email address. Set it in your preferences."))
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "mail.eml",
                    "raw": self._source(),
                    "mimetype": "message/rfc822",
                    "res_model": "mail.message",
                    "res_id": 0,
                }
            )
        )
        template = self.env.ref("erp_mail_integration.mail_template_stored_mail").sudo()
        content = template._generate_template(self.ids, ("subject", "body_html"))[self.id]
        mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": content["subject"],
                    "body_html": content["body_html"],
                    "email_to": user.email_formatted,
                    "email_from": user.email_formatted,
                    "author_id": user.partner_id.id,
                    "attachment_ids": attachment.ids,
                    "auto_delete": True,
                }
            )
        )
        mail.send_after_commit()
        return self.env._("The mail is on its way to %s.", user.email_normalized)


def _moment(env, date):
    """A date as a sentence of a mail says it."""
    return format_datetime(env, date, dt_format="d MMM y, HH:mm")
