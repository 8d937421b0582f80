from . import erp_email_rule_test
from . import erp_email_rule_test_line
