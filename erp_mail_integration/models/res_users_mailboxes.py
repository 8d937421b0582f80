from odoo import fields, models


class ResUsers(models.Model):
    """The mailboxes that Odoo reads for a user."""

    _inherit = "res.users"

    mailbox_ids = fields.One2many(
        "fetchmail.server", "owner_id", "Mailboxes", readonly=True, context={"active_test": False}
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "mailbox_ids"]

    def action_add_mailbox(self):
        """An empty form for a mailbox of one's own."""
        return self.env["fetchmail.server"].action_open_mailbox() | {
            "context": {
                "default_name": self.env.user.email,
                "default_user": self.env.user.email,
                "default_is_ssl": True,
                "default_port": 993,
                # What is fixed for everybody else is a proposal for an administrator.
                "default_owner_id": self.env.uid,
                "default_intake_mode": "archive",
                "default_pop_after_fetch": "keep",
            },
        }
