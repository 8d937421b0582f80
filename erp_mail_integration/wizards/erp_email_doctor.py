from dataclasses import dataclass

from odoo import api, fields, models

ERROR, WARNING, INFO = "1_error", "2_warning", "3_info"


@dataclass(frozen=True)
class Finding:
    """What a check found. Texts are for an administrator, and are translated already."""

    key: str
    """Name of the fault, for tests and other modules."""
    severity: str
    title: str
    explanation: str
    next_step: str
    record: models.BaseModel | None = None
    """Record to open, or an empty recordset for the list of its model."""


class ErpEmailDoctor(models.TransientModel):
    """Examines the mail set-up and says in plain words what is wrong and what to do.

    A check is a method that yields findings and changes nothing. Each stands alone, so that other modules can
    add theirs to :meth:`_checks`.
    """

    _name = "erp.email.doctor"
    _description = "Mail Doctor"

    finding_ids = fields.One2many("erp.email.doctor.finding", "doctor_id", readonly=True)
    examined = fields.Datetime(readonly=True)
    checked = fields.Html(readonly=True, sanitize=False)
    error_count = fields.Integer(compute="_compute_counts")
    warning_count = fields.Integer(compute="_compute_counts")
    probe_ids = fields.Many2many("erp.email.probe", readonly=True)

    @api.depends("finding_ids")
    def _compute_counts(self):
        for doctor in self:
            severities = doctor.finding_ids.mapped("severity")
            doctor.error_count = severities.count(ERROR)
            doctor.warning_count = severities.count(WARNING)

    @api.depends("examined")
    def _compute_display_name(self):
        for doctor in self:
            doctor.display_name = self.env._("Mail doctor")

    @api.model
    def _checks(self):
        """The checks in the order in which they are shown: (title, method)."""
        return [
            (self.env._("Outgoing servers answer and accept the login"), self._check_outgoing),
            (self.env._("Every sender finds a server"), self._check_senders),
            (self.env._("Email domains, catchall and bounce addresses"), self._check_domains),
            (self.env._("Incoming servers answer and are fetched"), self._check_incoming),
            (self.env._("Scheduled actions run in time"), self._check_schedules),
            (self.env._("The queue of outgoing mail"), self._check_queue),
            (self.env._("Loop limits"), self._check_limits),
            (self.env._("Links in mails"), self._check_web_address),
            (self.env._("DNS: MX, SPF, DKIM and DMARC"), self._check_dns),
            (self.env._("Round trip through the catchall address"), self._check_round_trip),
        ]

    @api.model
    def action_open(self):
        """Examine, and show the findings."""
        doctor = self.create({})
        doctor.action_examine()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mail doctor"),
            "res_model": self._name,
            "res_id": doctor.id,
            "views": [(False, "form")],
        }

    def action_examine(self):
        self.ensure_one()
        self.env["ir.mail_server"].check_access("write")  # administrators
        self.finding_ids.unlink()
        self.env["erp.email.probe"].sudo()._look_in_mailboxes()
        rows = []
        for title, check in self._checks():
            findings = list(check())
            rows.append((title, min((finding.severity for finding in findings), default="")))
            self.env["erp.email.doctor.finding"].create([self._finding_values(finding) for finding in findings])
        self.write(
            {
                "examined": fields.Datetime.now(),
                "checked": self.env["ir.qweb"]._render("erp_mail_integration.doctor_checked", {"rows": rows}),
            }
        )

    def _finding_values(self, finding):
        record = finding.record
        return {
            "doctor_id": self.id,
            "key": finding.key,
            "severity": finding.severity,
            "title": finding.title,
            "explanation": finding.explanation,
            "next_step": finding.next_step,
            "res_model": record._name if record is not None else False,
            "res_id": record[:1].id if record else False,
        }

    def action_send_probe(self):
        """Send a mail to each catchall address, and look for it when examined again."""
        self.ensure_one()
        self.env["ir.mail_server"].check_access("write")
        Probe = self.env["erp.email.probe"].sudo()
        for domain in self.env["mail.alias.domain"].search([("company_ids", "!=", False)]):
            self.probe_ids += Probe._start(domain)
        self.probe_ids.mail_id.filtered(lambda mail: mail.state == "outgoing").send()
        self.action_examine()

    def action_send_test(self):
        return self.env["erp.email.test"].create({})._run()
