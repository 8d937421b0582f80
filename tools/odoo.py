"""Odoo processes: one command line for all of them, code run inside one, and a web server."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import paths, ports
from .console import Failure, end_group, run, tail
from .postgres import USER

CONFIG = paths.LOCAL / "odoo.conf"


def configure(odoo, services):
    """Write the configuration that every Odoo process here shares.

    Outgoing mail goes to the sink by configuration, not by a record: no database, not even one that a test
    empties, can send a mail to the world.
    """
    addons = ",".join(str(path) for path in (paths.ROOT, *odoo.addons_path))
    options = {
        "addons_path": addons,
        "data_dir": paths.ODOO_DATA,
        "db_host": ports.LOOPBACK,
        "db_port": services.postgres.port,
        "db_user": USER,
        "db_password": services.postgres.password,
        "smtp_server": ports.LOOPBACK,
        "smtp_port": services.smtp.port,
        "http_interface": ports.LOOPBACK,
        "screenshots": paths.SCREENSHOTS,
        "list_db": False,
        "without_demo": True,
        "max_cron_threads": 0,
        "limit_time_real": 0,
    }
    text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
    # Replaced in one go: another process of this clone may be starting an Odoo just now.
    part = CONFIG.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    part.replace(CONFIG)


def command(database, *arguments):
    """Return the command line of Odoo on one database."""
    # Odoo's own dependencies warn about each other on every start; our warnings come through logging.
    python = [str(paths.PYTHON), "-W", "ignore::DeprecationWarning", "-W", "ignore::UserWarning"]
    return [*python, "-m", "odoo", *arguments, "-c", str(CONFIG), "-d", database]


def environment():
    """Return the environment of Odoo processes: they can import ``tools``, and write no cache into the clone."""
    return {**os.environ, "PYTHONPATH": str(paths.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def execute(database, *arguments, log):
    """Run Odoo until it stops by itself, for example to install modules."""
    line = command(database, *arguments, "--stop-after-init", "--no-http")
    run(line, log, env=environment(), cwd=paths.ROOT)


#: The shell that runs this on its standard input gives it `env`.
INSIDE = """
import importlib, json
module, function = {target!r}.split(":")
arguments = json.loads({arguments!r})
result = getattr(importlib.import_module(module), function)(env, **arguments)
env.cr.commit()
open({answer!r}, "w").write(json.dumps(result))
"""


def call(database, target, *, log, **arguments):
    """Call ``module:function`` as ``function(env, **arguments)`` in a real Odoo process and return its result.

    The transaction is committed at the end. Arguments and result travel as JSON.

    :raises CommandFailed: with the traceback, if the function raised.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        code = INSIDE.format(target=target, arguments=json.dumps(arguments), answer=str(answer))
        run(command(database, "shell", "--no-http"), log, stdin=code, env=environment(), cwd=paths.ROOT)
        return json.loads(answer.read_text(encoding="utf-8"))


@contextlib.contextmanager
def server(database, port=None, *arguments, log="odoo-http"):
    """Serve a database over HTTP while the block runs; yield its base URL."""
    port = port or ports.free()
    path = paths.LOG / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as output:
        process = subprocess.Popen(
            command(database, "--http-port", str(port), "--db-filter", f"^{database}$", *arguments),
            env=environment(),
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://{ports.LOOPBACK}:{port}"
        _wait(process, f"{url}/web/health", path)
        yield url
    finally:
        end_group(process)


def _wait(process, url, log, patience=120):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=10):
            return
        time.sleep(0.2)
    raise Failure(f"Odoo does not serve {url}. The end of {log}:\n{tail(log)}")
