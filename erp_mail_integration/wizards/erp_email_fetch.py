from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mailbox import ImapMailbox, PopMailbox
from ..models.erp_email_link import LINKED
from ..models.fetchmail_server_connection import _hang_up

PORTS = {"imaps": 993, "imap": 143, "pop3s": 995, "pop3": 110}


class ErpEmailFetch(models.TransientModel):
    """Fetch mails once from a mailbox that is not set up: nothing is changed there, no password is kept."""

    _name = "erp.email.fetch"
    _description = "Fetch Emails Once"

    host = fields.Char(required=True)
    protocol = fields.Selection(
        [("imaps", "IMAP with TLS"), ("imap", "IMAP"), ("pop3s", "POP3 with TLS"), ("pop3", "POP3")],
        required=True,
        default="imaps",
    )
    port = fields.Integer(compute="_compute_port", store=True, readonly=False, required=True, precompute=True)
    user = fields.Char("Username", required=True)
    password = fields.Char(help="Used once. It is wiped before the first mail is read.")
    folder = fields.Char(default="INBOX", help="IMAP only: name of the folder.")
    max_mails = fields.Integer("At most", default=100, help="The newest mails come first.")
    verify_certificate = fields.Boolean(default=True)
    type_id = fields.Many2one(
        "erp.email.reference.type",
        "Create",
        domain=[("live", "=", True)],
        help="Create such a record for each mail that belongs to none. Empty: mails are stored and linked only.",
    )
    state = fields.Selection([("ask", "Mailbox"), ("done", "Done")], default="ask")
    copy_ids = fields.Many2many("erp.email.copy", string="Mails")
    remaining = fields.Integer(readonly=True)

    @api.depends("protocol")
    def _compute_port(self):
        for wizard in self:
            wizard.port = PORTS.get(wizard.protocol)

    def action_fetch(self):
        """Take the newest mails in, and show what became of them."""
        self.ensure_one()
        password = self._take_password()
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
                    "password_secret": password,
                    "active": True,
                }
            )
        )
        connection = None
        try:
            connection = server._connect__()
            if self.protocol.startswith("imap"):
                raws = self._newest_imap(ImapMailbox(connection))
            else:
                raws = self._newest_pop(PopMailbox(connection))
        except Exception as error:
            raise UserError(str(server._explain(error))) from error
        finally:
            _hang_up(connection)
        self._store(raws)
        self.state = "done"
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _take_password(self):
        """The password, which is in no row of the database from here on."""
        password, self.password = self.password, False
        self.flush_recordset()
        return password or ""

    def _newest_imap(self, mailbox):
        paths = {info.name: info.path for info in mailbox.folders()}
        mailbox.select(paths.get(self.folder, self.folder or "INBOX"), readonly=True)
        uids = mailbox.uids()
        wanted = uids[-self.max_mails :] if self.max_mails > 0 else uids
        self.remaining = len(uids) - len(wanted)
        return [mail for mails in mailbox.fetch(wanted) for mail in mails]

    def _newest_pop(self, mailbox):
        listed = mailbox.uidls()
        wanted = listed[-self.max_mails :] if self.max_mails > 0 else listed
        self.remaining = len(listed) - len(wanted)
        return [mail for mails in mailbox.fetch(wanted) for mail in mails]

    def _store(self, mails):
        Intake = self.env["erp.email.intake"].sudo()
        Folder = self.env["fetchmail.folder"].sudo()
        copies = Intake._receive(Folder.server_id, Folder, mails, source="upload")
        copies.uploaded_by_id = self.env.uid
        Intake._process_now(copies)
        self.copy_ids = copies.ids
        for email in copies.exists().email_id if self.type_id else ():
            if not email.link_ids.filtered(lambda link: link.state == LINKED and link.res_model == self.type_id.model):
                self.env[self.type_id.model].check_access("create")
                match = Intake._document_for(self.type_id.sudo(), email, "", self.host)
                self.env["erp.email.link"].sudo()._write_matches({email.id: [match]})
                email._update_state()
