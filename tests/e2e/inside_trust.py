"""Run inside an Odoo process by ``test_matching_trust``; see :mod:`.inside`."""

from odoo.tests.common import new_test_user


def employee(env, email):
    """Make an internal user who may work on incidents; return the id."""
    groups = "helpdesk_mgmt.group_helpdesk_manager"
    return new_test_user(env, email, groups=groups, email=email, notification_type="email").id


def portal_follower(env, record, email):
    """Let a portal user follow an incident."""
    env = env(context={"no_reset_password": True})
    user = new_test_user(env, email, groups="base.group_portal", email=email)
    env["helpdesk.ticket"].browse(record).message_subscribe(user.partner_id.ids)


def portal_reads(env, login):
    """Texts of all messages that a portal user can read."""
    user = env["res.users"].search([("login", "=", login)])
    return [str(message.body) for message in env["mail.message"].with_user(user).search([])]


def set_incidents(env, **values):
    """Change how mail is taken on incidents."""
    env["erp.email.reference.type"].search([("model", "=", "helpdesk.ticket")]).write(values)


def creators(env, incidents):
    """Who created incidents."""
    return env["helpdesk.ticket"].browse(incidents).mapped("create_uid").ids


def turn_into_mail(env, server):
    """Press "Turn into a mail" on the internal notes of a mailbox."""
    emails = env["erp.email.copy"].search([("server_id", "=", server)]).email_id
    notes = emails.link_ids.filtered("internal")
    notes.with_user(env.ref("base.user_admin")).action_turn_into_mail()


def bounces(env, partner):
    return env["res.partner"].browse(partner).message_bounce
