"""The templates of the pages. What is no markup is escaped; a name that a template does not get is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from leaderboard.site.views import glossary, numbers
from leaderboard.site.views.messages import translation

FOLDER = Path(__file__).with_name("templates")
_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    extensions=["jinja2.ext.i18n"],
)
_environment.policies["ext.i18n.trimmed"] = True
_environment.install_gettext_translations(translation, newstyle=False)  # type: ignore[attr-defined]
_environment.filters |= {"percent": numbers.percent}
_environment.globals |= {"glossary": glossary, "numbers": numbers}


def render(name: str, /, **values: object) -> Markup:
    """Returns the markup of `templates/<name>.html`."""
    return Markup(_environment.get_template(f"{name}.html").render(values))
