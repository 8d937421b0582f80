from . import test_document_types, test_email_access, test_email_tab, test_subscriptions, test_summary
from . import test_document_types
from . import test_summary
from . import test_subscriptions
from . import test_email_tab
from . import test_email_access
from . import test_document_types
from . import test_email_access
from . import test_email_tab
from . import test_subscriptions
from . import test_summary
