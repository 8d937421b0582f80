from . import erp_email_reference_type
from . import erp_email
from . import erp_email_address
from . import erp_email_link
from . import erp_email_copy
from . import erp_email_matcher
from . import fetchmail_folder
from . import fetchmail_server
