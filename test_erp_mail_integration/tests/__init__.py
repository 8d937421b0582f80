from . import test_document_types
