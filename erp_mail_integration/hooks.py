"""What installing and removing the add-on does beside the tables."""

from .models.fetchmail_server_connection import ALLOWED_HOSTS


def post_init_hook(env):
    """Take over the incoming servers that are there: an administrator has set them up, so their hosts are allowed.

    Passwords move to a column that nobody can read through the ORM.
    """
    env.cr.execute("UPDATE fetchmail_server SET password_secret = password, password = NULL WHERE password IS NOT NULL")
    servers = env["fetchmail.server"].with_context(active_test=False).search([("server", "!=", False)])
    if servers:
        hosts = dict.fromkeys([*env["fetchmail.server"]._allowed_hosts(), *servers.mapped("server")])
        env["ir.config_parameter"].set_param(ALLOWED_HOSTS, " ".join(hosts))


def uninstall_hook(env):
    """Give the passwords back to Odoo's own column, and the tables of documents without our indexes."""
    env["erp.email.number.field"].search([]).unlink()
    env["erp.email.reference.type"].with_context(active_test=False).search([]).reference_field = False
    env.cr.execute("UPDATE fetchmail_server SET password = password_secret WHERE password_secret IS NOT NULL")
