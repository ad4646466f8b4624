"""The message catalogue: every sentence that a reader sees goes through `_` or `ngettext`, or `trans` in a template.

English is written where it is used. `make messages` collects it into `site/locale/site.pot`; a translation is a file
`site/locale/<language>/LC_MESSAGES/site.po`, and MEDHARM_LANGUAGE names the language of the process.
"""

import gettext
import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "locale"
LANGUAGE = os.environ.get("MEDHARM_LANGUAGE", "en")
translation = gettext.translation("site", FOLDER, [LANGUAGE], fallback=True)
_ = translation.gettext
ngettext = translation.ngettext
