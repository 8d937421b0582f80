from lxml import html
from markupsafe import Markup

from odoo import api, fields, models, tools

SIGNATURE = "o-signature-container"
"""Class of the part of a body that holds the signature: Odoo's full composer and ours put it there."""


class MailComposeMessage(models.TransientModel):
    """Lets a user who has several accounts choose from which one a mail is written."""

    _inherit = "mail.compose.message"

    erp_email_account_id = fields.Many2one(
        "erp.email.account",
        "Write from",
        compute="_compute_erp_email_account_id",
        store=True,
        readonly=False,
        domain="[('user_id', '=', uid)]",
        help="Address and signature of the mail. Leave empty to write from your own address.",
    )
    erp_email_has_accounts = fields.Boolean(compute="_compute_erp_email_has_accounts")

    @api.depends("composition_mode", "template_id")
    def _compute_erp_email_account_id(self):
        """The default account, unless a template or the caller names the sender."""
        default = self.env.user._default_email_account().with_env(self.env)
        named = self.env.context.get("default_email_from")
        for composer in self:
            decided = named or composer.template_id.email_from or composer.composition_mode != "comment"
            composer.erp_email_account_id = False if decided else default

    @api.depends_context("uid")
    def _compute_erp_email_has_accounts(self):
        self.erp_email_has_accounts = self.env.uid in self.env["erp.email.account"]._owners()

    @api.depends("erp_email_account_id")
    def _compute_authorship(self):
        super()._compute_authorship()
        for composer in self.filtered("erp_email_account_id"):
            composer.author_id = self.env.user.partner_id
            composer.email_from = tools.formataddr((self.env.user.name, composer.erp_email_account_id.reply_address))

    @api.onchange("erp_email_account_id")
    def _onchange_erp_email_account_id(self):
        """The signature in the body follows the account. Who has removed it does not get another one."""
        self.body = with_signature(self.body, self.env.user._email_signature(self.email_from))


def signature_block(signature):
    """The signature as Odoo's full composer puts it into a body; empty for none, to be filled by another account."""
    if tools.is_html_empty(signature):
        return Markup('<div class="{}"></div>').format(SIGNATURE)
    return Markup('<div class="{}"><div data-o-mail-quote="1"><br>-- <br>{}</div></div>').format(SIGNATURE, signature)


def with_signature(body, signature):
    """Put a signature in the place of the one that is in the body.

    :returns: the body as it was where it holds none
    """
    if SIGNATURE not in (body or ""):
        return body
    root = html.fragment_fromstring(str(body), create_parent="div")
    for old in root.find_class(SIGNATURE):
        new = html.fragment_fromstring(str(signature_block(signature)))
        new.tail = old.tail
        old.getparent().replace(old, new)
    text = html.tostring(root, encoding="unicode")
    return Markup(text.removeprefix("<div>").removesuffix("</div>"))
