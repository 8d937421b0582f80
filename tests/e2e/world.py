"""The company of the end-to-end tests of matching."""

DOMAIN = "kestrel.example"
"""Of its aliases."""
BUYER = "Ines Roth <ines@heron.example>"
"""Who its order and its incident belong to."""
STRANGER = "Mallory <mallory@stranger.example>"


class World:
    """A company with one customer, an order, an incident and a project, and its mailboxes."""

    def __init__(self, odoo, accounts, made):
        self.odoo, self.accounts, self.made = odoo, accounts, made
        self.tags = made["tags"]

    def run(self, function, module="inside_matching", **arguments):
        return self.odoo.call(f"tests.e2e.{module}:{function}", **arguments)

    def fetch(self, mailbox, *raws):
        """Deliver mails, fetch, and return all mails of the mailbox, oldest first."""
        if raws:
            self.accounts[mailbox].deliver(*raws)
        found = self.run("fetch", server=self.made[mailbox])
        assert not [mail["error"] for mail in found if mail["error"]]
        return found

    def documents(self, mail, state="linked"):
        """Names of the documents the mail is linked to, with the rule."""
        models = {"sale.order": "order", "project.project": "project", "helpdesk.ticket": "incident"}
        return {
            (models[model], rule)
            for model, res_id, rule, link_state in mail["links"]
            if link_state == state and res_id == self.made.get(models.get(model))
        }
