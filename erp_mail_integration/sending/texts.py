"""Marks texts for translation in modules that must not import Odoo."""


def _(source):
    """Return the source unchanged: Odoo's extractor finds the call, ``env._`` translates where it is shown."""
    return source
