from odoo import api, fields, models


class ErpEmailRuleTestLine(models.TransientModel):
    """One thing that would be different for one mail."""

    _name = "erp.email.rule.test.line"
    _description = "Difference Found by a Test of Email Rules"

    test_id = fields.Many2one("erp.email.rule.test", required=True, ondelete="cascade", index=True)
    email_id = fields.Many2one("erp.email", "Mail", required=True, ondelete="cascade")
    from_address = fields.Char(related="email_id.from_address")
    date = fields.Datetime(related="email_id.date")
    change = fields.Selection(
        [
            ("link", "Would be linked"),
            ("suggest", "Would be suggested"),
            ("unlink", "Would not be linked"),
            ("create", "New mail like this would create"),
            ("ignore", "New mail like this would be ignored"),
            ("hold", "New mail like this would be held"),
            ("type", "New mail like this would get the type"),
            ("tag", "New mail like this would get labels"),
        ],
        "Difference",
        required=True,
    )
    why = fields.Char()
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    document = fields.Char(compute="_compute_document")

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for line in self:
            known = line.res_id and line.res_model in self.env
            record = self.env[line.res_model].browse(line.res_id).exists() if known else None
            line.document = record.display_name if record else False
