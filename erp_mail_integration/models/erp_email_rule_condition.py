from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ErpEmailRuleCondition(models.Model):
    """One condition of an administrator's rule."""

    _name = "erp.email.rule.condition"
    _description = "Email Rule Condition"
    _order = "id"

    rule_id = fields.Many2one("erp.email.rule", required=True, ondelete="cascade", index=True)
    subject = fields.Selection(
        [
            ("from", "Sender"),
            ("domain", "Domain of the sender"),
            ("recipient", "Recipient"),
            ("subject", "Subject"),
            ("body", "Text"),
            ("header", "Header"),
            ("size", "Size in kB"),
            ("attachment", "Name of an attachment"),
            ("automatic", "Automatic mail"),
            ("list", "Mailing list"),
        ],
        "Look at",
        required=True,
        default="subject",
    )
    header = fields.Char(help="Name of the header, such as X-Priority.")
    operator = fields.Selection(
        [
            ("contains", "contains"),
            ("not_contains", "does not contain"),
            ("is", "is"),
            ("is_not", "is not"),
            ("begins", "begins with"),
            ("ends", "ends with"),
            ("set", "is there"),
            ("not_set", "is not there"),
            ("over", "is more than"),
            ("under", "is at most"),
        ],
        required=True,
        default="contains",
    )
    value = fields.Char(help="For automatic mail: auto-replied, auto-generated, list, bulk or bounce.")

    @api.depends("subject", "header", "operator", "value")
    def _compute_display_name(self):
        subjects = dict(self._fields["subject"]._description_selection(self.env))
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for line in self:
            words = (line.header or subjects.get(line.subject), operators.get(line.operator), line.value)
            line.display_name = " ".join(filter(None, words))

    @api.constrains("subject", "operator", "value", "header")
    def _check_condition(self):
        for line in self:
            if (line.subject == "size") != (line.operator in ("over", "under")):
                raise ValidationError(
                    self.env._("A size is more than or at most a number; other conditions compare text.")
                )
            if line.subject == "size" and not (line.value or "").replace(".", "", 1).isdecimal():
                raise ValidationError(self.env._("Enter the size as a number of kilobytes."))
            if line.operator not in ("set", "not_set") and not (line.value or "").strip():
                raise ValidationError(self.env._("Enter what to compare with."))
            if line.subject == "header" and not line.header:
                raise ValidationError(self.env._("Enter the name of the header."))
