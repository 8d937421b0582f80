from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..mailbox import FolderMissing, ImapMailbox, PopMailbox
from ..models.erp_email_link import LINKED
from ..models.fetchmail_server_connection import _hang_up

PORTS = {"imaps": 993, "imap": 143, "pop3s": 995, "pop3": 110}


class ErpEmailFetch(models.TransientModel):
    """Fetch mails once from a mailbox that is not set up: nothing is changed there, no password is kept.

    The mails go into the ledger while the connection is open, and are processed while the user watches.
    """

    _name = "erp.email.fetch"
    _inherit = "erp.email.working"
    _description = "Fetch Emails Once"

    host = fields.Char(required=True)
    protocol = fields.Selection(
        [("imaps", "IMAP with TLS"), ("imap", "IMAP"), ("pop3s", "POP3 with TLS"), ("pop3", "POP3")],
        required=True,
        default="imaps",
    )
    port = fields.Integer(compute="_compute_port", store=True, readonly=False, required=True, precompute=True)
    user = fields.Char("Username", required=True)
    password = fields.Char(store=False, help="Used once, and never stored.")
    folder = fields.Char(default="INBOX", help="IMAP only: name of the folder.")
    max_mails = fields.Integer("At most", default=100, help="The newest mails come first.")
    verify_certificate = fields.Boolean(default=True)
    type_id = fields.Many2one(
        "erp.email.reference.type",
        "Create",
        domain=[("live", "=", True)],
        help="Create such a record for each mail that belongs to none. Empty: mails are stored and linked only.",
    )
    state = fields.Selection([("ask", "Mailbox"), ("working", "Working"), ("done", "Done")], default="ask")
    copy_ids = fields.Many2many("erp.email.copy", string="Mails")
    remaining = fields.Integer(readonly=True)

    @api.depends("protocol")
    def _compute_port(self):
        for wizard in self:
            wizard.port = PORTS.get(wizard.protocol)

    def action_fetch(self):
        """Take the newest mails in, and show what became of them. Commits.

        The password comes in the context (``erp_email_password``), with the click: see ``fetch_form.js``.
        """
        self.ensure_one()
        server = (
            self.env["fetchmail.server"]
            .sudo()
            .new(
                {
                    "server_type": self.protocol[:4] if self.protocol.startswith("imap") else "pop",
                    "server": self.host,
                    "port": self.port,
                    "is_ssl": self.protocol.endswith("s"),
                    "verify_certificate": self.verify_certificate,
                    "user": self.user,
                    "password_secret": self.env.context.get("erp_email_password") or "",
                    "active": True,
                }
            )
        )
        connection = None
        try:
            server._take_starttls()
            connection = server._connect__()
            if self.protocol.startswith("imap"):
                self._take(self._newest_imap(ImapMailbox(connection)))
            else:
                self._take(self._newest_pop(PopMailbox(connection)))
        except FolderMissing as error:
            raise UserError(self.env._("The mailbox has no folder %(name)s.", name=self.folder)) from error
        except Exception as error:
            raise UserError(str(server._explain(error))) from error
        finally:
            _hang_up(connection)
        self.state = "working"
        self.env.cr.commit()
        return self.work() or self._show()

    def _newest_imap(self, mailbox):
        """:rtype: Iterator[list[RawMail]]"""
        paths = {info.name.lower(): info.path for info in mailbox.folders()}
        folder = (self.folder or "INBOX").strip()
        mailbox.select(paths.get(folder.lower(), folder), readonly=True)
        return mailbox.fetch(self._newest(mailbox.uids()))

    def _newest_pop(self, mailbox):
        """:rtype: Iterator[list[RawMail]]"""
        return mailbox.fetch(self._newest(mailbox.uidls()))

    def _newest(self, listed):
        """
        :param list listed: what the mailbox holds, oldest first
        """
        wanted = listed[-self.max_mails :] if self.max_mails > 0 else listed
        self.remaining = len(listed) - len(wanted)
        return wanted

    def _take(self, batches):
        """Put mails into the ledger. Commits after each round trip.

        :param Iterable[list[RawMail]] batches:
        """
        Folder = self.env["fetchmail.folder"].sudo()
        for mails in batches:
            copies = self.env["erp.email.intake"].sudo()._receive(Folder.server_id, Folder, mails, source="upload")
            copies.uploaded_by_id = self.env.uid
            self.copy_ids |= copies.with_env(self.env)
            self.env.cr.commit()

    # ------------------------------------------------------------------ work

    def _copies(self):
        return Domain("id", "in", self.copy_ids.ids)

    def _processed(self, copies):
        """Create a record of each mail that belongs to none, where the user asks for it."""
        model = self.type_id.model
        for email in copies.exists().email_id if model else ():
            if not email.link_ids.filtered(lambda link: link.state == LINKED and link.res_model == model):
                self.env[model].check_access("create")
                match = self.env["erp.email.intake"].sudo()._document_for(self.type_id.sudo(), email, "", self.host)
                self.env["erp.email.link"].sudo()._write_matches({email.id: [match]})
                email._update_state()
