from . import test_doctor_tokens
from . import test_document_types
from . import test_email_access
from . import test_email_probing
from . import test_email_tab
from . import test_subscriptions
from . import test_suggestions
from . import test_summary
