# The commands of this project. Everything they make is under .local/ (see tools/__init__.py).
#
#   make run            set up what is missing, fill the demo, fetch its mailboxes, serve Odoo on loopback
#   make run SERVE=0    the same, but end after the summary
#   make test           every test and check; what .ci/run calls
#   make test ONLY=...  some steps only: make test ONLY="pure lint"
#   make bench          import 2,000 mails with stock Odoo and with the add-on, and compare (MAILS=200: fewer);
#                       match 1,000 mails with 200,000 documents (ONLY=matching: this alone, half a minute);
#                       import 20,000 mails in archive mode and by a bare script (ONLY=archive: five minutes);
#                       the Email tab with 1,000,000 mails (ONLY=tab: five minutes, a few GB of disk)
#   make format         bring the sources into the shape that make test checks
#   make translations   write the template of the translations anew
#   make clean          stop everything and remove .local/ (downloads stay in the cache; CACHE=1 removes them too)
#
# Odoo comes from Debian's odoo-19 package, or from a checkout: make run ODOO_HOME=/path/to/odoo

SERVE ?= 1
PYTHON ?= python3
export ODOO_HOME

.PHONY: run test bench format translations clean
.NOTPARALLEL:

run:
	@$(PYTHON) -m tools run $(if $(filter 0,$(SERVE)),--no-serve)

test:
	@$(PYTHON) -m tools test $(ONLY)

bench:
	@$(PYTHON) -m tools bench $(ONLY) $(if $(MAILS),--mails $(MAILS))

format translations:
	@$(PYTHON) -m tools $@

clean:
	@$(PYTHON) -m tools clean $(if $(filter 1,$(CACHE)),--cache)
