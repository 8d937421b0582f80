"""Processes forked from the one that runs this inside Odoo, as Odoo's own workers are; see :mod:`.inside`."""

import os
import time
import traceback

from odoo import SUPERUSER_ID, api, sql_db


def fork(env, action):
    """Start a process with connections of its own that runs ``action(env)`` and ends with 0, or 1 if that raises.

    :return: its process id
    """
    env.cr.commit()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            # The connections are the parent's; psycopg2 leaves them open when a child forgets them.
            for pool in filter(None, (sql_db._Pool, sql_db._Pool_readonly)):
                pool._connections.clear()
            with env.registry.cursor() as cr:
                action(api.Environment(cr, SUPERUSER_ID, {}))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def ended(pid):
    """Wait for a process; return how it ended, as :attr:`subprocess.Popen.returncode` tells."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def wait_until_alone(cr):
    """The database learns of a killed process when the operating system closes its connections."""
    for _try in range(200):
        cr.execute(
            """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state != 'idle' AND pid != pg_backend_pid()"""
        )
        if not cr.fetchone()[0]:
            return
        cr.commit()
        time.sleep(0.05)
