from . import test_document_types, test_email_access, test_email_tab, test_subscriptions, test_summary
