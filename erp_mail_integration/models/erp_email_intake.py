import hashlib
import logging

from psycopg2 import errors as pg_errors

from odoo import api, models
from odoo.tools import OrderedSet

from ..mime import parse
from ..mime.headers import one_line_words
from .erp_email import HELD, IGNORED
from .erp_email_copy import DUPLICATE, FAILED, MAX_ATTEMPTS, QUARANTINED, RECEIVED, STORED
from .erp_email_matcher import Incoming

_logger = logging.getLogger(__name__)

# A batch of mails shares its queries and its commit; the bytes bound the memory it takes.
BATCH_SIZE = 200
BATCH_BYTES = 16 * 1024 * 1024
# Mails that Odoo's gateway takes in one transaction: what it reads for one it knows for the next, and a commit has
# its price. Few, since the documents they are posted on are locked meanwhile.
ROUTE_SIZE = 10
# From so many attempts on a mail waits behind the others: it stopped the worker while it was alone, or in two batches.
SUSPECT_ATTEMPTS = 2

# Headers in which two copies of one mail differ: how each came to its mailbox.
TRACE_HEADERS = {
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "authentication-results",
    "received-spf",
}
TRACE_LIMIT = 20_000

# Another transaction changed the same row in the meantime: not the mail's fault.
CONCURRENCY_ERRORS = (
    pg_errors.SerializationFailure,
    pg_errors.DeadlockDetected,
    pg_errors.LockNotAvailable,
)
# While storing, two workers may also have made a record of the same mail.
STORE_ERRORS = (*CONCURRENCY_ERRORS, pg_errors.UniqueViolation)


class ErpEmailIntake(models.AbstractModel):
    """The way of a mail into the database: receive, then parse, identify, match and route.

    ``_receive`` runs in the caller's transaction, which commits before the mail is touched on its server.
    ``_process_pending`` commits on its own: whatever happens to one mail, the others go on.
    """

    _name = "erp.email.intake"
    _description = "Email Intake"

    # ------------------------------------------------------------------ receive

    @api.model
    def _receive(self, server, folder, mails, source="mailbox", route=False):
        """Put raw mails into the ledger and their bytes into the durable store.

        :param server: ``fetchmail.server`` or an empty recordset (upload)
        :param folder: ``fetchmail.folder`` or an empty recordset
        :param list mails: :class:`mailbox.RawMail`; those in the ledger already are passed over
        :param str source: see ``erp.email.copy.source``
        :param bool | Callable route: whether a mail goes through Odoo's gateway, or a function of it
        :return: the new ``erp.email.copy`` records
        """
        Copy = self.env["erp.email.copy"].sudo()
        if folder:
            known = set(
                Copy.search(
                    [
                        ("server_id", "=", server.id),
                        ("folder_id", "=", folder.id),
                        ("uidvalidity", "=", folder.uidvalidity),
                        ("uid", "in", [mail.uid for mail in mails]),
                    ]
                ).mapped("uid")
            )
            mails = [mail for mail in mails if mail.uid not in known]
        copies = Copy.create(
            [
                {
                    "server_id": server.id,
                    "folder_id": folder.id,
                    "uidvalidity": folder.uidvalidity,
                    "uid": mail.uid or False,
                    "source": source,
                    "route": route(mail) if callable(route) else route,
                    "sha256": hashlib.sha256(mail.raw).hexdigest(),
                    "size": len(mail.raw),
                    "received": mail.received,
                    "flags": " ".join(mail.flags),
                }
                for mail in mails
            ]
        )
        self.env["erp.email.store"]._store(copies, [mail.raw for mail in mails])
        return copies

    # ------------------------------------------------------------------ process

    @api.model
    def _process_pending(self, server=None, limit=None, progress=None):
        """Process what waits in the ledger, in batches, and commit after each.

        A batch that fails is taken apart, one mail at a time; the mail at fault is marked with its error. The
        attempt is counted and committed beforehand, so that a mail that kills the worker is found out: mails
        with an attempt behind them are processed alone, from the second on after all others, and three times at
        most.

        :param server: only copies of this ``fetchmail.server``
        :param int limit: at most so many copies
        :param Callable progress: called with the number of copies done after each commit; false stops
        :return: number of copies processed
        """
        done = 0
        tried = set()
        while limit is None or done < limit:
            copies = self._claim(server, BATCH_SIZE if limit is None else min(BATCH_SIZE, limit - done), tried)
            if not copies:
                break
            tried.update(copies.ids)
            self._process_safely(copies)
            done += len(copies)
            if progress and not progress(len(copies)):
                break
        return done

    @api.model
    def _process_now(self, copies):
        """Process given copies at once, each on its own account (a retry by hand, an upload)."""
        for start in range(0, len(copies), BATCH_SIZE):
            self._process_safely(copies[start : start + BATCH_SIZE])

    def _claim(self, server, limit, tried):
        """Choose the next copies and count the attempt, committed before their mail is looked at.

        Mail is processed in the order in which it came, also after an interruption: an answer that overtakes its
        question would start a document of its own.

        :return: ``erp.email.copy`` records; who processes them locks them first
        """
        server_id = server.id if server else None
        self.env.cr.execute(
            """SELECT id, attempts, size FROM erp_email_copy
                WHERE state IN ('received', 'failed') AND NOT id = ANY(%s)
                  AND (%s::int IS NULL OR server_id = %s::int)
                ORDER BY attempts >= %s, id LIMIT %s FOR UPDATE SKIP LOCKED""",
            [list(tried), server_id, server_id, SUSPECT_ATTEMPTS, limit],
        )
        ids = _batch(self.env.cr.fetchall())
        copies = self.env["erp.email.copy"].sudo().browse(ids)
        if not copies:
            return copies
        if copies[0].attempts >= MAX_ATTEMPTS:
            message = self.env._("Processing this mail stopped the worker %(count)s times.", count=MAX_ATTEMPTS)
            copies.write({"state": QUARANTINED, "error": copies.error or message})
            self.env.cr.commit()
            return self._claim(server, limit, tried | set(ids))
        self.env.cr.execute("UPDATE erp_email_copy SET attempts = attempts + 1 WHERE id = ANY(%s)", [ids])
        # Committed now, so that the count survives whatever the mail does to this process.
        self.env.cr.commit()
        self.env.invalidate_all(flush=False)
        return copies

    def _process_safely(self, copies):
        """Store a batch, then route those of its mails that wait for the gateway. Commits."""
        self._store_safely(copies)
        waiting = copies.filtered(lambda copy: copy.email_id and copy.state in (RECEIVED, FAILED))
        for start in range(0, len(waiting), ROUTE_SIZE):
            self._route_safely(waiting[start : start + ROUTE_SIZE])

    def _store_safely(self, copies):
        """Store a batch; where that fails, each of its copies alone. Commits."""
        self._together_or_each(copies, self._store_batch, STORE_ERRORS)

    def _route_safely(self, copies):
        """Route a few mails in one transaction, each in a savepoint of its own: whatever an app makes of one, the
        others go on. Commits."""
        self._together_or_each(copies, self._route_batch, CONCURRENCY_ERRORS)

    def _together_or_each(self, copies, step, concurrency_errors):
        """Run a step on copies that still wait, in one transaction; where that fails, on each of them alone. Commits.

        :param Callable step: gets ``erp.email.copy`` records, locked; may return those that failed, with their errors
        """
        try:
            failures = self._in_transaction(lambda: step(self._lock(copies)), concurrency_errors) or {}
        except Exception as error:
            if len(copies) > 1:
                for copy in copies:
                    self._together_or_each(copy, step, concurrency_errors)
                return
            failures = {copies: error}
        for copy, error in failures.items():
            self._fail(copy, error)

    def _lock(self, copies):
        """Lock those of the copies that still wait: another worker may have been quicker.

        :return: ``erp.email.copy`` records, locked until the transaction ends
        """
        return copies.try_lock_for_update().filtered(lambda copy: copy.state in (RECEIVED, FAILED))

    def _in_transaction(self, step, concurrency_errors):
        """Run a step and commit; on a concurrency error again, in a new transaction that sees what the other did.

        :return: what the step returned
        :raise Exception: whatever the step raised, after a rollback
        """
        for last in (False, False, True):
            try:
                result = step()
                self.env.cr.commit()
                return result
            except Exception as error:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if last or not isinstance(error, concurrency_errors):
                    raise

    def _fail(self, copy, error):
        """Write the error down, where an administrator sees it and can retry. Commits."""
        _logger.warning("Email copy %s (%s) failed", copy.id, copy.sha256, exc_info=error)
        if isinstance(error, CONCURRENCY_ERRORS):
            state = RECEIVED
        else:
            state = QUARANTINED if copy.attempts >= MAX_ATTEMPTS else FAILED
        copy.write({"state": state, "error": f"{type(error).__name__}: {error}"})
        self.env.cr.commit()

    # ------------------------------------------------------------------ store: parse, identify, match

    def _store_batch(self, copies):
        """Parse, identify and match a batch in the current transaction, with a constant number of queries."""
        copies = copies.filtered(lambda copy: not copy.email_id)
        if not copies:
            return
        raws = self.env["erp.email.store"]._read(copies)
        if missing := copies.filtered(lambda copy: copy.id not in raws):
            raise FileNotFoundError(self.env._("The source of %(count)s mails is gone.", count=len(missing)))
        parsed = {copy.id: parse(raws[copy.id], copy.received or None) for copy in copies}
        emails = self._identify(copies, parsed)
        matches = self.env["erp.email.matcher"]._match(
            [
                Incoming(emails[copy.id], parsed[copy.id], copy.server_id, copy.folder_id, bool(copy.backfill_id))
                for copy in copies
            ]
        )
        self.env["erp.email.link"]._write_matches(matches)
        self.env["erp.email"].browse(OrderedSet(email.id for email in emails.values()))._update_state()

    def _identify(self, copies, parsed):
        """Find or create the mail of each copy.

        :param copies: ``erp.email.copy`` records, parsed
        :param dict[int, ParsedMail] parsed: by id of the copy
        :rtype: dict[int, erp.email] by id of the copy
        """
        Email = self.env["erp.email"].sudo()
        known = self._stored_emails(copies, parsed)
        first_copies = {}
        for copy in copies.sorted("id"):
            first_copies.setdefault(parsed[copy.id].fingerprint, copy)
        new = [copy for fingerprint, copy in first_copies.items() if fingerprint not in known]
        created = Email._create_from_parsed([(copy, parsed[copy.id]) for copy in new])
        known.update((email.fingerprint, email) for email in created)
        self.env["erp.email.store"]._hand_over({copy.id: email.id for copy, email in zip(new, created, strict=True)})
        emails = {copy.id: known[parsed[copy.id].fingerprint] for copy in copies}
        self._settle(copies, copies.browse(copy.id for copy in new), emails, parsed)
        return emails

    def _stored_emails(self, copies, parsed):
        """The mails of these copies that are stored already.

        :rtype: dict[str, erp.email] by fingerprint of the copy
        """
        prints = {mail.fingerprint for mail in parsed.values()}
        return {
            email.fingerprint: email
            for email in self.env["erp.email"].sudo().search([("fingerprint", "in", list(prints))])
        }

    def _settle(self, copies, originals, emails, parsed):
        """Write down what became of each copy; one that must be routed stays received until it is. Its bytes are
        dropped where the stored mail holds the same."""
        spare = (copies - originals).filtered(
            lambda copy: (
                not self._must_route(copy, emails[copy.id])
                and parsed[copy.id].fingerprint == emails[copy.id].fingerprint
            )
        )
        self.env["erp.email.store"]._drop(spare)
        routed = OrderedSet()
        for copy in copies:
            email = emails[copy.id]
            values = {"email_id": email.id, "trace": _trace(parsed[copy.id]), "error": False}
            if self._must_route(copy, email) and email.id not in routed:
                routed.add(email.id)
            else:
                values["state"] = STORED if copy in originals else DUPLICATE
            copy.write(values)

    def _must_route(self, copy, email):
        return copy.route and not email.routed

    # ------------------------------------------------------------------ route

    def _route_batch(self, copies):
        """Hand stored mails to Odoo's own gateway, as stock fetchmail does, in the current transaction.

        :return: those that failed
        :rtype: dict[erp.email.copy, Exception]
        """
        raws = self.env["erp.email.store"]._read(copies.email_id)
        own_raws = self.env["erp.email.store"]._read(copies)
        failures = {}
        for copy in copies:
            try:
                with self.env.cr.savepoint():
                    # The copy that made the mail has handed its bytes over to it, a later one has its own.
                    self._route(copy, own_raws.get(copy.id) or raws[copy.email_id.id])
            except CONCURRENCY_ERRORS:
                raise
            except Exception as error:
                failures[copy] = error
        return failures

    def _route(self, copy, raw):
        email = copy.email_id
        original = not email.copy_ids.filtered(lambda other: other.state == STORED)
        if email.state not in (HELD, IGNORED):
            self._hand_to_gateway(copy, raw)
        copy.write({"state": STORED if original else DUPLICATE, "error": False})
        if not original:
            self.env["erp.email.store"]._drop(copy)

    def _hand_to_gateway(self, copy, raw):
        server, email = copy.server_id, copy.email_id
        model, values = self.env["erp.email.matcher"]._creation(email, server, copy.folder_id)
        self.env["mail.thread"].with_context(
            default_fetchmail_server_id=server.id,
            erp_email_id=email.id,
            erp_email_retried=copy.state == FAILED,
        ).message_process(
            model,
            one_line_words(raw),
            custom_values=values,
            save_original=server.original,
            strip_attachments=not server.attach,
        )
        email.routed = email.state != HELD
        email._post_internal_notes()

    @api.model
    def _route_released(self, email):
        """Hand a mail that was held to the gateway, unless its mailbox only archives."""
        copy = email.copy_ids.filtered("route")[:1]
        if copy and not email.routed:
            raw = self.env["erp.email.store"]._read(email)[email.id]
            self.with_context(erp_email_released=True)._hand_to_gateway(copy, raw)

    # ------------------------------------------------------------------ schedule

    @api.model
    def _cron_process_pending(self):
        """Scheduled action: what failed before, or was left when a worker died."""
        Cron = self.env["ir.cron"]
        remaining = self.env["erp.email.copy"].search_count([("state", "in", (RECEIVED, FAILED))])
        Cron._commit_progress(remaining=remaining)
        self._process_pending(progress=Cron._commit_progress)


def _batch(rows):
    """The ids of the first rows that may be processed together: mails with attempts behind them go alone.

    :param list[tuple] rows: (id, attempts, size in bytes), fewest attempts first
    :rtype: list[int]
    """
    ids, size = [], 0
    for id_, attempts, row_size in rows:
        size += row_size or 0
        if ids and (attempts or size > BATCH_BYTES):
            break
        ids.append(id_)
        if attempts:
            break
    return ids


def _trace(parsed):
    """The transport headers of a copy, for the ledger."""
    lines = [f"{name}: {value}" for name, value in parsed.headers if name.lower() in TRACE_HEADERS]
    return "\n".join(lines)[:TRACE_LIMIT]
