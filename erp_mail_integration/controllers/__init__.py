from . import email_content
