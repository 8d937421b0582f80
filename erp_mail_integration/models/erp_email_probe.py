import email.policy
import re
import secrets
import xmlrpc.client
from email.parser import BytesHeaderParser

from odoo import api, fields, models

HEADER = "X-ERP-Mail-Probe"
TOKEN = re.compile(r"[0-9a-f]{16}")
MAX_HEADERS = 64 * 1024


class ErpEmailProbe(models.Model):
    """A mail that Odoo sends to its own catchall address, to see whether it comes back and by which way."""

    _name = "erp.email.probe"
    _description = "Round-trip Probe Mail"
    _rec_name = "token"
    _order = "id desc"

    token = fields.Char(required=True, readonly=True, default=lambda self: secrets.token_hex(8))
    recipient = fields.Char(required=True, readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    returned = fields.Datetime(readonly=True)
    trace = fields.Text(readonly=True, help="Received headers of the mail when it came back, last hop first.")
    state = fields.Selection(
        [
            ("queued", "Waiting to be sent"),
            ("failed", "Could not be sent"),
            ("sent", "On its way"),
            ("returned", "Came back"),
        ],
        compute="_compute_state",
    )
    failure = fields.Text(compute="_compute_state")

    @api.depends("returned", "mail_id.state", "mail_id.failure_reason")
    def _compute_state(self):
        for probe in self:
            mail = probe.mail_id
            probe.failure = mail.failure_reason
            if probe.returned:
                probe.state = "returned"
            else:
                probe.state = {"exception": "failed", "cancel": "failed", "outgoing": "queued"}.get(mail.state, "sent")

    @api.model
    def _start(self, alias_domain):
        """Send a probe to the domain's catchall address."""
        probe = self.create({"recipient": alias_domain.catchall_email})
        template = self.env.ref("erp_mail_integration.mail_template_probe")
        mail_id = template.send_mail(
            probe.id,
            force_send=False,
            email_values={
                "email_to": probe.recipient,
                "email_from": alias_domain.default_from_email or probe.recipient,
                "headers": repr({HEADER: probe.token, "Auto-Submitted": "auto-generated"}),
                "auto_delete": False,
            },
        )
        probe.mail_id = mail_id
        return probe

    @api.model
    def _take(self, message):
        """Recognise a probe that came back to the gateway.

        Relays may change the Message-ID and drop headers, so that the subject counts too.

        :param message: the raw mail as ``mail.thread.message_process`` gets it
        :returns: whether it was one, and so needs no route
        """
        raw = message.data if isinstance(message, xmlrpc.client.Binary) else message
        raw = raw.encode("utf-8", "replace") if isinstance(raw, str) else bytes(raw)
        headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw[:MAX_HEADERS])
        # Header objects where the bytes are not ASCII.
        token = str(headers[HEADER] or "").strip() or str(headers["Subject"] or "").rpartition(" ")[2].strip()
        probe = self.search([("token", "=", token)], limit=1) if TOKEN.fullmatch(token) else self
        probe._came_back("\n".join(str(each) for each in headers.get_all("Received", [])))
        return bool(probe)

    def _came_back(self, trace):
        for probe in self.filtered(lambda probe: not probe.returned):
            probe.write({"returned": fields.Datetime.now(), "trace": trace.replace("\x00", "")[:10_000]})

    @api.model
    def _look_in_mailboxes(self):
        """Find probes that came back to a mailbox which only archives, and so never met the gateway."""
        for probe in self.search([("returned", "=", False), ("mail_id", "!=", False)]):
            known = self.env["erp.email"].search([("message_id", "=", probe.mail_id.message_id)], limit=1)
            if found := known.copy_ids.filtered("server_id")[:1]:
                probe._came_back(self.env._("Found in the mailbox %s", found.server_id.name))
