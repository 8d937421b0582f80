"""``make test``: the steps come with the next commits."""

from .console import Failure


def main(place, only):
    raise Failure("There are no test steps yet.")
