"""A month in the mail of a small trading company: its records in Odoo and its mailboxes.

`records.create(env)` makes customers, orders, incidents and projects and says how they are called;
`mailbox.messages(names)` writes the mails that belong to them. Everything in it is invented.
"""
