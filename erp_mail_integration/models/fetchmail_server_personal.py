from email.parser import BytesHeaderParser
from email.utils import getaddresses

from odoo import api, fields, models
from odoo.exceptions import AccessError

PERSONAL_FIELDS = frozenset(
    (
        "name",
        "active",
        "server",
        "server_type",
        "port",
        "is_ssl",
        "starttls",
        "verify_certificate",
        "user",
        "password",
        "first_contact",
        "first_contact_date",
        "pop_after_fetch",
        "pop_days",
        "folder_ids",
        "visibility",
        "never_log",
    )
)
"""What the owner of a personal mailbox may set. All the rest, above all what its mail may create, is fixed."""

VISIBILITIES = ("linked", "headers", "owner")
"""From open to closed."""

HEADER_LIMIT = 256 * 1024
"""Octets of a mail in which its participants are looked for."""


class FetchmailServer(models.Model):
    """A mailbox of one person: set up in the preferences, read on the server, seen as far as its owner allows."""

    _inherit = "fetchmail.server"

    visibility = fields.Selection(
        [
            ("linked", "Whoever may read the document"),
            ("headers", "Others see sender, date and subject only"),
            ("owner", "Nobody but me"),
        ],
        "Who sees mail of this mailbox on documents",
        default="linked",
        help="A mail that is in another mailbox too is as visible as the more open of the two allows. "
        "Email managers read every mail.",
    )
    never_log = fields.Text(
        "Never store mail with",
        help="Addresses and domains, one on each line, such as my-doctor@example.com or @bank.example. Mail from or "
        "to them is left in the mailbox and never copied here.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_administrator():
            for vals in vals_list:
                self._check_personal(vals)
                vals.update(
                    owner_id=self.env.uid,
                    intake_mode="archive",
                    company_id=self.env.company.id,
                    pop_after_fetch=vals.get("pop_after_fetch", "keep"),
                )
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_administrator():
            self._check_personal(vals)
        return super().write(vals)

    def _is_administrator(self):
        return self.env.su or self.env.user.has_group("base.group_system")

    def _check_personal(self, vals):
        """
        :raise AccessError: a person sets more than is theirs
        """
        forbidden = set(vals) - PERSONAL_FIELDS - {"owner_id"}
        if forbidden or vals.get("owner_id", self.env.uid) != self.env.uid:
            raise AccessError(self.env._("Only an administrator can change this setting of a mailbox."))

    @api.model
    def _update_cron(self):
        """Core switches the scheduled action on with the first server, which may be anybody's here."""
        return super(FetchmailServer, self.sudo())._update_cron()

    def set_draft(self):
        self.check_access("write")
        return super(FetchmailServer, self.sudo()).set_draft()

    # ------------------------------------------------------------------ never log

    def _never_logs(self, raw):
        """Whether the owner wants this mail never to be stored.

        :param bytes raw:
        """
        self.ensure_one()
        entries = {entry.strip().lower() for entry in (self.never_log or "").splitlines()} - {""}
        if not entries:
            return False
        # Only the header is parsed, before anything is stored.
        headers = BytesHeaderParser().parsebytes(raw[:HEADER_LIMIT].partition(b"\r\n\r\n")[0])
        names = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")
        values = [" ".join(str(value).split()) for name in names for value in headers.get_all(name, ())]
        for _name, address in getaddresses(values):
            domain = address.lower().rpartition("@")[2]
            if entries & {address.lower(), domain, f"@{domain}"}:
                return True
        return False

    def action_open_mailbox(self):
        """The form of a personal mailbox."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("erp_mail_integration.fetchmail_server_view_form_personal").id, "form")],
        }
