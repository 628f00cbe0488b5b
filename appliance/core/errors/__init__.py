"""What can go wrong, named after what the person at the desk sees.

Every concrete error has a ``code`` with three sentences in ``wording_vi.toml`` and a ``who``:
the one who can put it right. Callers branch on ``who``; the exception's text is for the log
and never holds personal data. A file for each family; whoever imports from here knows them all.
"""

# ruff: noqa: F403 - every family whole: a list of a hundred names would say nothing more
from appliance.core.errors.box import *
from appliance.core.errors.citizen import *
from appliance.core.errors.delivery import *
from appliance.core.errors.desk import *
from appliance.core.errors.family import *
from appliance.core.errors.files import *
from appliance.core.errors.folder import *
from appliance.core.errors.heartbeat import *
from appliance.core.errors.printer import *
from appliance.core.errors.publication import *
from appliance.core.errors.scanner import *
from appliance.core.errors.store import *
from appliance.core.errors.walk_up import *
