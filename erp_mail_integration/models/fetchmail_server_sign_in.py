from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import hmac

SIGN_IN = {
    "gmail": ("open_google_gmail_uri", "google_gmail_refresh_token"),
    "outlook": ("open_microsoft_outlook_uri", "microsoft_outlook_refresh_token"),
}
"""By server type of Odoo's add-ons google_gmail and microsoft_outlook: the method that leads to the provider, and the
field that holds what the provider gave."""


class FetchmailServer(models.Model):
    """Personal mailboxes at Google and Microsoft: their owner signs in there, through Odoo's own add-ons, where installed.

    The add-ons let administrators alone sign in, and keep the tokens from everybody else: the latter stays.
    """

    _inherit = "fetchmail.server"

    signed_in = fields.Boolean(compute="_compute_signed_in", help="The provider has let Odoo in.")

    @api.depends("server_type")
    def _compute_signed_in(self):
        for server in self:
            _method, token = SIGN_IN.get(server.server_type, ("", ""))
            server.signed_in = bool(token and server.sudo()[token])

    def action_sign_in(self):
        """Lead the owner of a mailbox, or an administrator, to the provider's page.

        :raise AccessError: the mailbox is somebody else's
        """
        self.ensure_one().check_access("write")
        if not self.env.user.has_group("base.group_system") and self.sudo().owner_id != self.env.user:
            raise AccessError(self.env._("Only its owner can sign in to this mailbox."))
        if self.server_type not in SIGN_IN:
            raise UserError(self.env._("This mailbox is opened with a password."))
        return getattr(self.sudo(), SIGN_IN[self.server_type][0])()

    # Called by the add-ons, which define them in a mixin behind this class.

    def _get_gmail_csrf_token(self):
        return self._for_this_user(super()._get_gmail_csrf_token())

    def _get_outlook_csrf_token(self):
        return self._for_this_user(super()._get_outlook_csrf_token())

    def _for_this_user(self, token):
        """A token that only the session in which it was made can bring back from the provider.

        The add-ons bind it to the mailbox. An administrator may be trusted with that; a user could send the provider's page
        to a colleague, whose consent would open the colleague's mail to them.
        """
        if not self.sudo().owner_id:
            return token
        return hmac(self.env(su=True), "erp_mail_integration.sign_in", (token, self.env.uid))
