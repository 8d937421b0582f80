"""Run inside an Odoo process by the end-to-end tests: each function gets ``env`` first and returns JSON values."""


def create_server(env, **values):
    """Return the id of a new incoming mail server."""
    return env["fetchmail.server"].create(values).id


def fetch(env, server):
    """Press Fetch Now."""
    env["fetchmail.server"].browse(server).fetch_mail()


def send(env, recipient, subject):
    """Send a mail at once."""
    env["mail.mail"].create({"email_to": recipient, "subject": subject, "body_html": "<p>Hello</p>"}).send(
        raise_exception=True
    )
