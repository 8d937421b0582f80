from odoo import models

from ..sending import records
from .erp_email_doctor import ERROR, INFO, WARNING, Finding


class ErpEmailDoctor(models.TransientModel):
    """Checks of what the DNS says about our email domains."""

    _inherit = "erp.email.doctor"

    def _check_dns(self):
        nameserver = self.env["ir.config_parameter"].sudo().get_param("erp_mail_integration.nameserver") or ""
        domains = self.env["mail.alias.domain"].search([("company_ids", "!=", False)])
        try:
            dns = records.Dns(nameserver)
            for domain in domains:
                yield from self._examine_dns(dns, domain)
        except (records.DnsUnreachable, ValueError) as error:
            # Not a fault of the set-up: many servers may not ask the DNS of the world.
            yield Finding(
                "dns_unreachable", INFO, self.env._("The DNS could not be asked"),
                self.env._("MX, SPF, DKIM and DMARC records were not checked. %s", error),
                self.env._("Let this server reach a name server, or name one in the system parameter erp_mail_integration.nameserver."),
            )  # fmt: skip

    def _examine_dns(self, dns, domain):
        hosts = dns.mx(domain.name)
        if not hosts or hosts == ("",):
            yield Finding(
                "mx_missing", ERROR, self.env._("No mail server takes mail for %s", domain.name),
                self.env._("The domain has no MX record, so that answers to %s cannot be delivered.", domain.catchall_email),
                self.env._("Publish the MX records that your mail provider names."),
                domain,
            )  # fmt: skip
        yield from self._examine_spf(records.spf(dns, domain.name), domain)
        yield from self._examine_dkim(dns, domain)
        policy = records.dmarc(dns.txt(f"_dmarc.{domain.name}"))
        parent = domain.name.partition(".")[2]
        if not policy and "." in parent:
            policy = records.dmarc(dns.txt(f"_dmarc.{parent}"))
        if not policy:
            yield Finding(
                "dmarc_missing", WARNING, self.env._("%s has no DMARC record", domain.name),
                self.env._("Others can write in your name, and large providers take less mail from such domains."),
                self.env._("Publish a TXT record at _dmarc.%s, to begin with: v=DMARC1; p=none", domain.name),
                domain,
            )  # fmt: skip

    def _examine_spf(self, spf, domain):
        if not spf.records:
            yield Finding(
                "spf_missing", WARNING, self.env._("%s has no SPF record", domain.name),
                self.env._("Recipients cannot know which servers may send for the domain, and treat its mail as doubtful."),
                self.env._("Publish a TXT record that begins with v=spf1, names your outgoing servers and ends with -all."),
                domain,
            )  # fmt: skip
        elif len(spf.records) > 1:
            yield Finding(
                "spf_twice", ERROR, self.env._("%s has several SPF records", domain.name),
                self.env._("Recipients then ignore all of them: %s", " / ".join(spf.records)),
                self.env._("Join them into one record."),
                domain,
            )  # fmt: skip
        elif spf.too_long:
            yield Finding(
                "spf_too_long", ERROR, self.env._("The SPF record of %s asks for too many other records", domain.name),
                self.env._("With those it includes it needs more than ten look-ups. Recipients stop there with “permerror” (RFC 7208), and the record protects nothing: %s", spf.records[0]),
                self.env._("Remove servers that no longer send for you, or name their networks with ip4: and ip6:."),
                domain,
            )  # fmt: skip
        elif spf.missing or spf.unknown:
            yield Finding(
                "spf_broken", ERROR, self.env._("The SPF record of %s cannot be evaluated", domain.name),
                self.env._("Recipients stop with “permerror” (RFC 7208) at: %s", ", ".join([*spf.missing, *spf.unknown])),
                self.env._("Correct or remove what is named: a domain in include: or redirect= must have exactly one SPF record."),
                domain,
            )  # fmt: skip
        elif spf.open_domain:
            yield Finding(
                "spf_open", ERROR, self.env._("The SPF record of %s allows the whole world", domain.name),
                self.env._("The record of %s ends with +all, so that anybody can send in your name.", spf.open_domain),
                self.env._("End the record with -all or ~all, and include none that ends otherwise."),
                domain,
            )  # fmt: skip

    def _examine_dkim(self, dns, domain):
        if not domain.dkim_selector:
            yield Finding(
                "dkim_unknown", INFO, self.env._("The signature of %s was not checked", domain.name),
                self.env._("Which DKIM key signs your mail is known to your mail provider alone."),
                self.env._("Enter the DKIM selector on the email domain."),
                domain,
            )  # fmt: skip
            return
        name = f"{domain.dkim_selector}._domainkey.{domain.name}"
        if not records.dkim(dns.txt(name)).get("p"):
            yield Finding(
                "dkim_missing", ERROR, self.env._("There is no DKIM key at %s", name),
                self.env._("Signatures of your mail cannot be verified: the record is missing, or the key was revoked."),
                self.env._("Publish the record that your mail provider names, or correct the selector."),
                domain,
            )  # fmt: skip
