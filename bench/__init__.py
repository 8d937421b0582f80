"""Measurements: ``make bench``. What is measured runs against real servers, in one run, on one machine."""
