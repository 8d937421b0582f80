from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Odoo stores the normalised address without an index; we look up the participants of every mail in it.
    _email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
