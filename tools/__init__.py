"""How a developer runs the project: set-up, demo, tests and benchmark.

Everything that runs before the Python environment exists uses the standard library only. Nothing here is
part of the add-on, and nothing is written outside ``.local/`` except downloads, which are kept in a cache folder.
"""
