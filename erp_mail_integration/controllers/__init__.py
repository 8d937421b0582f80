from . import email_content
from . import email_upload
