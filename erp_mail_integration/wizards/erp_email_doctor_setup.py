from datetime import timedelta
from urllib.parse import urlsplit

from odoo import fields, models, tools
from odoo.tools import format_datetime

from ..sending import probe, replies
from ..sending.parameters import VALIDATORS
from .erp_email_doctor import ERROR, INFO, WARNING, Finding

CRONS = (
    "mail.ir_cron_mail_gateway_action",
    "mail.ir_cron_mail_scheduler_action",
    "erp_mail_integration.ir_cron_process_pending",
)
PROBE_PATIENCE = timedelta(minutes=15)


class ErpEmailDoctor(models.TransientModel):
    """Checks of everything inside Odoo: domains, incoming servers, schedules, queue and limits."""

    _inherit = "erp.email.doctor"

    def _check_domains(self):
        for company in self.env["res.company"].search([("alias_domain_id", "=", False)]):
            yield Finding(
                "no_domain", ERROR, self.env._("%s has no email domain", company.name),
                self.env._("Its mails carry no address to which answers and bounces could come."),
                self.env._("Set the alias domain in the settings, or the system parameter mail.catchall.domain."),
                company,
            )  # fmt: skip
        for domain in self.env["mail.alias.domain"].search([("company_ids", "!=", False)]):
            if domain.catchall_alias == domain.bounce_alias:
                yield Finding(
                    "catchall_is_bounce", ERROR, self.env._("Catchall and bounce are the same address: %s", domain.catchall_email),
                    self.env._("Odoo takes every answer that comes to it for a failed delivery, and drops it."),
                    self.env._("Give the bounce alias another name, such as bounce."),
                    domain,
                )  # fmt: skip

    def _check_incoming(self):
        Server = self.env["fetchmail.server"]
        servers = Server.search([])
        if not servers and self.env["mail.alias.domain"].search_count([("company_ids", "!=", False)], limit=1):
            yield Finding(
                "no_incoming", WARNING, self.env._("No incoming server is set up"),
                self.env._("Answers do not reach Odoo, unless your mail server pipes them in by itself."),
                self.env._("Create an incoming mail server for the catchall mailbox."),
                Server,
            )  # fmt: skip
        for server in servers:
            if server.state == "draft":
                yield Finding(
                    "incoming_draft", ERROR, self.env._("“%s” was never confirmed", server.name),
                    self.env._("Mail is fetched from confirmed servers only."),
                    self.env._("Open it and press Test & Confirm."),
                    server,
                )  # fmt: skip
            if server._get_connection_type() in ("imap", "pop"):
                yield from self._examine_mailbox(server)
            elif server.error_message:
                yield self._incoming_failed(
                    server, server.error_message, self.env._("Open it and press Test & Confirm.")
                )
            if server.state == "done" and server.server_type != "local":
                last = server.date or server.create_date
                if last < fields.Datetime.now() - timedelta(hours=2):
                    yield Finding(
                        "incoming_stale", ERROR, self.env._("“%s” was not fetched for a long time", server.name),
                        self.env._("The last time was %s.", format_datetime(self.env, last)),
                        self.env._("Press Fetch Now to see what happens, and look at the scheduled actions below."),
                        server,
                    )  # fmt: skip

    def _examine_mailbox(self, server):
        reason = server.with_context(erp_mail_timeout=probe.TIMEOUT)._login_failure()
        if reason:
            yield self._incoming_failed(server, f"{reason.what}\n{reason.detail}", reason.next_step)

    def _incoming_failed(self, server, what, next_step):
        return Finding(
            "incoming_failed", ERROR, self.env._("“%s” cannot be fetched", server.name), what, next_step, server
        )

    def _check_schedules(self):
        now = fields.Datetime.now()
        for xmlid in CRONS:
            cron = self.env.ref(xmlid, raise_if_not_found=False)
            if not cron:
                continue
            cron = cron.sudo().with_context(active_test=False)
            if xmlid == CRONS[0] and not self.env["fetchmail.server"].search_count([("state", "=", "done")], limit=1):
                continue  # Odoo switches it on with the first confirmed server
            if not cron.active:
                yield Finding(
                    "schedule_off", ERROR, self.env._("The scheduled action “%s” is switched off", cron.name),
                    self.env._("Nothing is done until it is switched on again."),
                    self.env._("Open it and switch it on."),
                    cron,
                )  # fmt: skip
            elif cron.nextcall < now - timedelta(minutes=30):
                yield Finding(
                    "schedule_late", ERROR, self.env._("The scheduled action “%s” is late", cron.name),
                    self.env._("It should have run on %s. The server that runs scheduled actions is down or overloaded.", format_datetime(self.env, cron.nextcall)),
                    self.env._("Start Odoo with at least one cron thread (max_cron_threads), and look into its log."),
                    cron,
                )  # fmt: skip

    def _check_queue(self):
        Mail = self.env["mail.mail"].sudo()
        since = fields.Datetime.now() - timedelta(days=30)
        failed = {}
        for mail in Mail.search([("state", "=", "exception"), ("create_date", ">=", since)], limit=500):
            explanation = replies.explain(mail.failure_reason or "")
            failed.setdefault(explanation.key, (explanation, []))[1].append(mail)
        for explanation, mails in failed.values():
            yield Finding(
                "mail_failed", WARNING, self.env._("Mail was not sent. %s", self.env._(explanation.what)),
                self.env._("%(count)s in the last 30 days, the last one: “%(subject)s”.\n%(reason)s", count=len(mails), subject=mails[0].subject or "", reason=mails[0].failure_reason or ""),
                self.env._(explanation.next_step),
                mails[0],
            )  # fmt: skip
        waiting = [
            ("state", "=", "outgoing"),
            ("create_date", "<", fields.Datetime.now() - timedelta(hours=2)),
            "|", ("scheduled_date", "=", False), ("scheduled_date", "<", fields.Datetime.now() - timedelta(hours=2)),
        ]  # fmt: skip
        if count := Mail.search_count(waiting):
            yield Finding(
                "mail_waiting", ERROR, self.env._("Mails waiting for more than two hours: %s", count),
                self.env._("The queue of outgoing mail is not worked."),
                self.env._("Look at the scheduled action “Mail: Email Queue Manager”."),
                Mail.search(waiting, limit=1),
            )  # fmt: skip

    def _check_limits(self):
        Parameter = self.env["ir.config_parameter"].sudo()
        keys = (
            "mail.gateway.loop.minutes",
            "mail.gateway.loop.threshold",
            "mail.incoming.limit.period",
            "mail.incoming.limit.alias",
        )
        for parameter in Parameter.search([("key", "in", keys)]):
            try:
                VALIDATORS["mail.incoming.limit.alias"](parameter.value)
            except ValueError:
                yield Finding(
                    "loop_limit", ERROR, self.env._("%(key)s is “%(value)s”", key=parameter.key, value=parameter.value),
                    self.env._("This limit stops two programs from answering each other for ever. With this value every mail is refused, or none can be handled."),
                    self.env._("Enter a whole number of at least 1, or delete the parameter to use the default."),
                    parameter,
                )  # fmt: skip

    def _check_web_address(self):
        parameters = self.env["ir.config_parameter"].sudo()
        address = parameters.search([("key", "=", "web.base.url")], limit=1)
        if urlsplit(address.value or "").hostname in (None, "localhost", "127.0.0.1", "::1"):
            yield Finding(
                "local_web_address", ERROR, self.env._("Links in mails lead to %s", address.value),
                self.env._("Nobody else can open them."),
                self.env._("Set web.base.url to the address that people use, such as https://odoo.mycompany.com."),
                address,
            )  # fmt: skip
        if not tools.str2bool(parameters.get_param("web.base.url.freeze") or "", False):
            yield Finding(
                "web_address_not_frozen", WARNING, self.env._("The address in mails changes when an administrator logs in"),
                self.env._("Odoo takes over whatever address the administrator used, which may be an internal one."),
                self.env._("Add the system parameter web.base.url.freeze with the value True."),
                address,
            )  # fmt: skip

    def _check_round_trip(self):
        for domain in self.env["mail.alias.domain"].search([("company_ids", "!=", False)]):
            last = self.env["erp.email.probe"].sudo().search([("recipient", "=", domain.catchall_email)], limit=1)
            if not last:
                yield Finding(
                    "not_probed", INFO, self.env._("It is not proved that mail to %s arrives", domain.catchall_email),
                    self.env._("All answers of your customers take this way."),
                    self.env._("Press Send a probe mail, wait for the next fetch, and examine again."),
                )  # fmt: skip
            elif last.state == "failed":
                explanation = replies.explain(last.failure or "")
                yield Finding(
                    "probe_failed", ERROR, self.env._("The probe mail to %s could not be sent", last.recipient),
                    f"{self.env._(explanation.what)}\n{last.failure or ''}",
                    self.env._(explanation.next_step),
                    last.mail_id,
                )  # fmt: skip
            elif last.state != "returned" and last.create_date < fields.Datetime.now() - PROBE_PATIENCE:
                yield Finding(
                    "probe_lost", ERROR, self.env._("The probe mail to %s did not come back", last.recipient),
                    self.env._("It was sent on %s. Answers of your customers are lost in the same way.", format_datetime(self.env, last.create_date)),
                    self.env._("Look for “Mail probe %(token)s” in the mailboxes of your provider: the mailbox that holds it must be an incoming mail server here. If there is none, let the provider deliver %(address)s.", token=last.token, address=last.recipient),
                    self.env["fetchmail.server"],
                )  # fmt: skip
            elif last.state != "returned":
                yield Finding(
                    "probe_on_its_way", INFO, self.env._("A probe mail to %s is on its way", last.recipient),
                    self.env._("It was sent on %s.", format_datetime(self.env, last.create_date)),
                    self.env._("Wait for the next fetch, and examine again."),
                )  # fmt: skip
