from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..mailbox import RawMail
from ..mime import parse
from ..mime.envelope import read_wrapper, unwrap
from .erp_email_copy import QUARANTINED
from .erp_email_link import LINKED
from .erp_email_matcher import Match

ENVELOPE = "envelope"


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    intake_mode = fields.Selection(
        selection_add=[(ENVELOPE, "Envelopes")],
        ondelete={ENVELOPE: "set default"},
        help="Gateway: mail is stored, linked and handed to Odoo's mail gateway (aliases, replies, new records).\n"
        "Archive: mail is stored and linked only. Nobody is notified, no record is created.\n"
        "Envelopes: the mails attached to a mail are stored, not the mail itself. Its subject may say where they "
        "belong: > @mail type  #record type or number  subject.",
    )
    envelope_type_id = fields.Many2one(
        "erp.email.reference.type",
        "Envelopes create",
        help="Document type of the record that an envelope creates when its subject names none. Empty: none.",
    )


class ErpEmailCopy(models.Model):
    _inherit = "erp.email.copy"

    state = fields.Selection(selection_add=[(ENVELOPE, "Envelope")], ondelete={ENVELOPE: "cascade"})
    envelope_id = fields.Many2one(
        "erp.email.copy", "Came in envelope", readonly=True, ondelete="set null", index="btree_not_null"
    )
    is_envelope = fields.Boolean(readonly=True, help="Only the mails attached to this one are stored.")
    uploaded_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    wrapper = fields.Char(readonly=True, help="Subject of the envelope: where its mails belong.")


class ErpEmailIntake(models.AbstractModel):
    """Envelopes: only what is attached to them is stored (openCRX's importer mailbox and mail wrapper)."""

    _inherit = "erp.email.intake"

    @api.model
    def _store_batch(self, copies):
        envelopes = copies.filtered(
            lambda copy: copy.is_envelope or (copy.server_id.intake_mode == ENVELOPE and copy.source != ENVELOPE)
        )
        inside = self._open_envelopes(envelopes)
        super()._store_batch((copies - envelopes) | inside)
        for copy in (copies | inside).filtered(lambda copy: copy.wrapper and copy.email_id):
            self._follow_wrapper(copy)
        self._file(copies - envelopes)

    @api.model
    def _open_envelopes(self, envelopes):
        """Put the mails inside envelopes into the ledger.

        An envelope that cannot be opened is kept and says why: it has no mail in it, or a stranger sent it.

        :param envelopes: ``erp.email.copy`` records
        :return: the new ``erp.email.copy`` records
        """
        inside = envelopes.browse()
        raws = self.env["erp.email.store"]._read(envelopes)
        for copy in envelopes:
            outer = parse(raws[copy.id], copy.received or None)
            mails = unwrap(raws[copy.id])
            reason = False
            if not copy.uploaded_by_id and not self.env["erp.email"].sudo()._staff_addresses({outer.from_.address}):
                reason = self.env._(
                    "Envelopes are opened for internal users only; %(sender)s is none.", sender=outer.from_.raw
                )
            elif not mails:
                reason = self.env._("There is no mail attached to this envelope.")
            if reason:
                copy.write({"state": QUARANTINED, "error": reason})
                continue
            inner = self._receive_inside(copy, mails)
            inner.write(
                {
                    "envelope_id": copy.id,
                    "uploaded_by_id": copy.uploaded_by_id.id,
                    "wrapper": (read_wrapper(outer.subject) and outer.subject) or False,
                }
            )
            copy.write({"state": ENVELOPE, "error": False})
            self.env["erp.email.store"]._drop(copy)
            inside |= inner
        return inside

    @api.model
    def _receive_inside(self, copy, mails):
        """The mails of an envelope under names of their own, so that opening it twice takes them in once."""
        inside = [
            RawMail(f"{copy.uid or copy.id}/{number}", raw, copy.received or None)
            for number, raw in enumerate(mails, 1)
        ]
        return self._receive(copy.server_id, copy.folder_id, inside, source=ENVELOPE)

    # ------------------------------------------------------------------ the subject

    @api.model
    def _follow_wrapper(self, copy):
        """Link a mail to what the subject of its envelope names, or create it.

        :raise UserError: the subject names what is not there; the mail is then shown among the failed ones
        """
        wrapper = read_wrapper(copy.wrapper)
        if wrapper.number:
            match = self._wrapper_record(copy, wrapper)
        else:
            doctype = self._wrapper_type(copy, wrapper)
            if not doctype:
                return
            match = self._document_for(doctype, copy.email_id, wrapper.subject, copy.wrapper)
        self.env["erp.email.link"]._write_matches({copy.email_id.id: [match]})
        copy.email_id._update_state()

    @api.model
    def _wrapper_record(self, copy, wrapper):
        """The record with a number: of the mailbox's type first, then of the types that have numbers in subjects."""
        types = self.env["erp.email.reference.type"]._live_types()
        default = copy.server_id.envelope_type_id
        for doctype in (types & default) + types.filtered("number_in_subject"):
            ids = doctype._resolve([wrapper.number]).get(wrapper.number)
            if ids:
                return Match(doctype.model, ids[0], "tag_subject", copy.wrapper)
        raise UserError(self.env._("There is no record with the number %(number)s.", number=wrapper.number))

    @api.model
    def _wrapper_type(self, copy, wrapper):
        """The document type that a wrapper names by its name or code; the mailbox's where it names none."""
        name = wrapper.target or wrapper.creator
        if not name:
            return copy.server_id.envelope_type_id
        types = self.env["erp.email.reference.type"]._live_types()
        found = types.filtered(lambda doctype: name.lower() in (doctype.name.lower(), doctype.code.lower()))[:1]
        if not found and wrapper.target:
            raise UserError(self.env._("There is no document type with the name %(name)s.", name=name))
        return found or copy.server_id.envelope_type_id

    @api.model
    def _document_for(self, doctype, email, name, evidence, values=None):
        """A new record for a mail, as the application itself makes one of a mail; nobody is notified.

        :param str name: name of the record, or empty for the mail's subject
        :param dict values: defaults of the record
        :rtype: Match
        """
        message = email._message_dict()
        record = (
            self.env[doctype.model]
            .with_context(mail_create_nosubscribe=True, mail_notify_force_send=False)
            .message_new(message | {"subject": name or message["subject"]}, values or {})
        )
        sender = email.address_ids.filtered(lambda row: row.role == "from").partner_id[:1]
        contact = doctype.contact_field
        if sender and contact in record._fields and not record[contact]:
            record[contact] = sender
        return Match(doctype.model, record.id, "create", evidence)

    # ------------------------------------------------------------------ drop folders

    @api.model
    def _file(self, copies):
        """Create the record of a mail in a folder that stands for a document type (see ``_rule_folder`` for one
        that stands for a record), unless the mail is on one of this type already."""
        types = self.env["erp.email.reference.type"]._live_types()
        # The gateway creates what it routes; nothing is created of the past.
        unrouted = copies.filtered(lambda copy: not copy.route and not copy.backfill_id)
        for copy in unrouted.filtered(lambda copy: copy.folder_id.res_model and not copy.folder_id.res_id):
            doctype = types.filtered(lambda doctype, copy=copy: doctype.model == copy.folder_id.res_model)
            if not doctype:
                raise UserError(
                    self.env._("The folder %(name)s stands for documents that are not there.", name=copy.folder_id.name)
                )
            linked = Domain("res_model", "=", doctype.model) & Domain("state", "=", LINKED)
            if copy.email_id and not copy.email_id.link_ids.filtered_domain(linked):
                values = self.env["erp.email.matcher"]._creation_values(copy.folder_id, doctype.model)
                match = self._document_for(doctype, copy.email_id, "", copy.folder_id.name, values)
                self.env["erp.email.link"]._write_matches({copy.email_id.id: [match]})
                copy.email_id._update_state()
