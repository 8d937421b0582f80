"""One Odoo process for many calls: starting Odoo takes longer than most of what a test asks of it."""

import importlib
import json
import os
import subprocess
import traceback
from multiprocessing.connection import Connection, Pipe

from tools import console, odoo, paths

_residents = {}


def call(database, target, arguments):
    """Run ``module:function`` as ``function(env, **arguments)`` in the process that serves a database.

    Each call has a transaction of its own, committed at the end; arguments and result travel as JSON. A process
    that died is replaced by the next call.

    :raises AssertionError: with the traceback, if the function raised.
    """
    resident = _residents.get(database)
    if resident is None or not resident.alive():
        resident = _residents[database] = Resident(database)
    return resident.call(target, json.loads(json.dumps(arguments)))


def end_all():
    """End all processes, before their databases go."""
    while _residents:
        _residents.popitem()[1].end()


class Resident:
    """An Odoo shell that waits for calls on a pipe and ends when the pipe does."""

    def __init__(self, database):
        self._connection, remote = Pipe()
        self._log = paths.LOG / f"e2e-{database}.log"
        code = f"from {__name__} import serve\nserve(env, {remote.fileno()})\n"
        with remote, open(self._log, "ab") as output:
            self._process = subprocess.Popen(
                odoo.command(database, "shell", "--no-http"),
                env=odoo.environment(),
                cwd=paths.ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[remote.fileno()],
            )
        with self._process.stdin as stdin:
            stdin.write(code.encode())

    def alive(self):
        return self._process.poll() is None

    def call(self, target, arguments):
        try:
            self._connection.send((target, arguments))
            result, error = self._connection.recv()
        except (EOFError, OSError) as ended:
            raise AssertionError(f"Odoo ended. The end of {self._log}:\n{console.tail(self._log)}") from ended
        assert error is None, error
        return json.loads(result)

    def end(self):
        self._connection.close()
        console.end_group(self._process)


def serve(env, descriptor):
    """Inside Odoo: answer calls until the pipe ends.

    :param int descriptor: this end of the pipe
    """
    from odoo.modules.registry import Registry

    # The shell's own transaction would keep tables from being changed.
    env.cr.rollback()
    os.set_inheritable(descriptor, False)
    with Connection(descriptor) as connection:
        while True:
            try:
                target, arguments = connection.recv()
            except EOFError:
                return
            try:
                answer = (_run(Registry(env.cr.dbname), target, arguments), None)
            except Exception:
                answer = (None, traceback.format_exc())
            connection.send(answer)


def _run(registry, target, arguments):
    from odoo import SUPERUSER_ID, api

    module, function = target.split(":")
    with registry.check_signaling().cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        result = getattr(importlib.import_module(module), function)(env, **arguments)
    registry.signal_changes()
    return json.dumps(result)
