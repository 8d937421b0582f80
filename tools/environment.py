"""Everything a command needs, set up and running: packages, Odoo, Python, servers, configuration."""

import contextlib
from dataclasses import dataclass

from . import locks, odoo, odoo_source, packages, paths, python_env, services
from .database import Databases


@dataclass(frozen=True)
class Place:
    services: services.Services
    databases: Databases


@contextlib.contextmanager
def ready(tests=False):
    """Yield the :class:`Place` to work in; what was started for it is stopped afterwards.

    :param tests: also install what only tests need.
    """
    packages.ensure(tests)
    with locks.exclusive(paths.LOCAL / "setup.lock"):
        source = odoo_source.ensure()
        python_env.ensure(source)
    with services.running() as servers:
        odoo.configure(source, servers)
        yield Place(servers, Databases(servers.postgres, source))
