from . import test_system_parameters
