import logging

from lxml import etree

from odoo import api, models

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Documents show their mail, and mail that names a document is routed to it."""

    _inherit = "mail.thread"

    # ------------------------------------------------------------------ Email tab

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Append the Email tab to the forms of live document types; cached with the view."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and self.env["erp.email.reference.type"]._has_tab(self._name):
            _append_email_page(arch)
            self._link_email_addresses(arch)
        return arch, view

    @api.model
    def _link_email_addresses(self, arch):
        """Show the addresses of the document's people as links to the mail program, which carry the tag.

        Some forms show them as plain text, such as the one of an incident.
        """
        for node in arch.xpath("//field[not(@widget)][not(ancestor::field)]"):
            name = node.get("name")
            is_address = name in ("email", self._primary_email) or name.endswith("_email")
            if is_address and self._fields[name].type == "char":
                node.set("widget", "email")

    def unlink(self):
        """A document that goes takes its links along; the mail stays."""
        links = self.env["erp.email.link"].sudo().search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        emails = links.email_id
        result = super().unlink()
        links.unlink()
        emails._update_state()
        return result

    # ------------------------------------------------------------------ gateway

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Extend the order of routes for mail that came through the ledger (context ``erp_email_id``):

        1. a reply to a known message or to an alias: as Odoo does
        2. a trusted reference to a document (tag, number or address of the document)
        3. aliases, the mailbox's own model, catchall: as Odoo does
        4. nothing fits: the mail is stored and waits in the queue, it is no error
        """
        email = self.env["erp.email"].sudo().browse(self.env.context.get("erp_email_id"))
        if email and not message_dict.get("is_bounce"):
            routes = email._reference_routes(message, message_dict)
            if routes:
                return routes
        try:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        except ValueError as error:
            if not email:
                raise
            _logger.info("No route for mail %s: %s", email.message_id, error)
            return []

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        result = super()._message_route_process(message, message_dict, routes)
        email = self.env["erp.email"].sudo().browse(self.env.context.get("erp_email_id"))
        if email and routes:
            email._link_posted_messages(message_dict["message_id"], routes)
        return result


def _append_email_page(arch):
    """Put the tab behind the last page of the form's own notebook, or into a new one at the end of the sheet."""
    if arch.tag != "form" or arch.xpath("//widget[@name='erp_email_tab']"):
        return
    notebooks = arch.xpath("//notebook[not(ancestor::field)]")
    if notebooks:
        notebook = notebooks[0]
    else:
        sheets = arch.xpath("//sheet[not(ancestor::field)]")
        notebook = etree.SubElement(sheets[0] if sheets else arch, "notebook")
    page = etree.SubElement(notebook, "page", name="erp_email", string="Email")
    etree.SubElement(page, "widget", name="erp_email_tab")
