from . import test_access
from . import test_gateway
from . import test_intake
from . import test_matching
from . import test_matching_trust
from . import test_reference_type
from . import test_system_parameters
from . import test_outgoing_sender
