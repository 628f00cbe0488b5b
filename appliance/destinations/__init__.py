"""Where sealed dossiers go, and what is asked of the servers there.

``requests`` would load tables of every alphabet, 2 MB, to guess how an answer's text is written.
Nobody here asks it: answers are bytes, and JSON says what it is. So it is told, before it looks,
that there is nobody to guess.
"""

import sys
import warnings
from types import ModuleType
from typing import cast

_loaded = cast("dict[str, ModuleType | None]", sys.modules)
for _guesser in ("charset_normalizer", "chardet"):
    _loaded.setdefault(_guesser, None)
warnings.filterwarnings("ignore", message="Unable to find acceptable character detection")
