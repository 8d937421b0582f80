"""Run inside an Odoo process by ``test_personal``; see :mod:`.inside`."""

from odoo.tests import new_test_user

SETTINGS = ("name", "server", "port", "is_ssl", "user", "password", "verify_certificate")
"""What a colleague sets up: less than an administrator."""


def connect(env, never_log, **values):
    """Connect a colleague's own mailbox as that colleague, press Test & Confirm and Fetch Now.

    :return: the state of the mailbox, the subjects that its owner can read, how many mails another colleague can read
        while it is closed and when its owner has opened it, and whether the owner can read the password
    """
    env["res.partner"].create({"name": "Acme", "email": "office@acme.example"})
    owner = new_test_user(env, "ida", groups="base.group_user", email="ida@mycompany.example")
    other = new_test_user(env, "ben", groups="base.group_user,base.group_partner_manager")
    settings = {name: values[name] for name in SETTINGS}
    Server = env["fetchmail.server"].with_user(owner)
    server = Server.create({**settings, "never_log": never_log, "visibility": "owner"})
    server.button_confirm_login()
    server.fetch_mail()
    env.invalidate_all()
    mails = env["erp.email"].search([("copy_ids.server_id", "=", server.id)])
    read = {"state": server.state, "owner": mails.with_user(owner)._filtered_access("read").mapped("subject")}
    read["closed"] = len(mails.with_user(other)._filtered_access("read"))
    server.visibility = "linked"
    env.invalidate_all()
    read["open"] = len(mails.with_user(other)._filtered_access("read"))
    read["password"] = values["password"] in str(server.read(["password"]))
    return read
