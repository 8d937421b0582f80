"""Run inside an Odoo process by the end-to-end tests: each function gets ``env`` first and returns JSON values."""


def create_server(env, **values):
    """Return the id of a new incoming mail server, whose host is allowed although it is on loopback."""
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    return env["fetchmail.server"].create(values).id


def fetch(env, server):
    """Press Fetch Now."""
    env["fetchmail.server"].browse(server).fetch_mail()


def send(env, recipient, subject):
    """Send a mail at once."""
    env["mail.mail"].create({"email_to": recipient, "subject": subject, "body_html": "<p>Hello</p>"}).send(
        raise_exception=True
    )
