from odoo import fields, models


class ErpEmailDoctorFinding(models.TransientModel):
    """One thing that is wrong, what it does, and how to cure it."""

    _name = "erp.email.doctor.finding"
    _description = "Finding of the Mail Doctor"
    _order = "severity, id"

    doctor_id = fields.Many2one("erp.email.doctor", required=True, ondelete="cascade")
    key = fields.Char(required=True)
    severity = fields.Selection(
        [("1_error", "Mail is lost or not sent"), ("2_warning", "Mail may go wrong"), ("3_info", "To know")],
        required=True,
    )
    title = fields.Char(required=True)
    explanation = fields.Text()
    next_step = fields.Text()
    res_model = fields.Char()
    res_id = fields.Integer()

    def action_open(self):
        """Open the setting that cures it."""
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "name": self.title,
            "res_model": self.res_model,
            "views": [(False, "form")] if self.res_id else [(False, "list"), (False, "form")],
        }
        return {**action, "res_id": self.res_id} if self.res_id else action
