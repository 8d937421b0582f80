from . import erp_email_doctor
from . import erp_email_doctor_dns
from . import erp_email_doctor_finding
from . import erp_email_doctor_outgoing
from . import erp_email_doctor_setup
from . import erp_email_explain
from . import erp_email_test
