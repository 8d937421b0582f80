from . import erp_email_doctor
from . import erp_email_doctor_dns
from . import erp_email_doctor_finding
from . import erp_email_doctor_outgoing
from . import erp_email_doctor_setup
from . import erp_email_explain
from . import erp_email_test
from . import erp_email_rule_test
from . import erp_email_rule_test_line
from . import erp_email_upload
from . import erp_email_fetch
from . import (
    erp_email_doctor,
    erp_email_doctor_dns,
    erp_email_doctor_finding,
    erp_email_doctor_outgoing,
    erp_email_doctor_setup,
    erp_email_explain,
    erp_email_rule_test,
    erp_email_rule_test_line,
    erp_email_test,
)
