# The commands of this project. Everything they make is under .local/ (see tools/__init__.py).
#
#   make run            set up what is missing, fill the demo, fetch its mailboxes, serve Odoo on loopback
#   make run SERVE=0    the same, but end after the summary
#   make test           every test and check; what .ci/run calls
#   make test ONLY=pure run some steps only (see tools/testing.py)
#   make bench          import 2,000 mails with stock Odoo and with the add-on, and compare
#   make translations   write erp_mail_integration/i18n/erp_mail_integration.pot anew from the sources
#   make clean          stop everything and remove .local/ (downloads stay in the cache; CACHE=1 removes them too)
#
# Odoo comes from Debian's odoo-19 package, or from a checkout: make run ODOO_HOME=/path/to/odoo

SERVE ?= 1
PYTHON ?= python3
export ODOO_HOME

.PHONY: run test bench translations clean
.NOTPARALLEL:

run:
	@$(PYTHON) -m tools run $(if $(filter 0,$(SERVE)),--no-serve)

test:
	@$(PYTHON) -m tools test $(ONLY)

bench:
	@$(PYTHON) -m tools bench

translations:
	@$(PYTHON) -m tools translations

clean:
	@$(PYTHON) -m tools clean $(if $(filter 1,$(CACHE)),--cache)
