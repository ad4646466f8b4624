"""The templates of the pages. All text is escaped unless it is Markup; an undefined name is an error."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from leaderboard.site.views import (
    basis,
    benefits,
    conditions,
    differences,
    effects,
    glossary,
    judges,
    numbers,
    outcomes,
    pairs,
    profile,
    provenance,
    ranking,
    sentences,
    verdicts,
)
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
# In a template a filter takes a fifth of the time of a call, and every row uses these.
_environment.filters |= {
    "percent": numbers.percent,
    "position": numbers.position,
    "ranks": numbers.ranks,
    "span": numbers.span,
}
_VIEWS = (
    basis,
    benefits,
    conditions,
    differences,
    effects,
    glossary,
    judges,
    numbers,
    outcomes,
    pairs,
    profile,
    provenance,
    ranking,
    sentences,
    verdicts,
)
for _view in _VIEWS:  # templates call the functions of a view by its name: `numbers.span(...)`
    _environment.globals[_view.__name__.rpartition(".")[2]] = _view


def render(name: str, /, **values: object) -> Markup:
    """Returns the markup of `templates/<name>.html`."""
    return Markup(_environment.get_template(f"{name}.html").render(values))


def macro(template: str, name: str) -> Callable[..., Markup]:
    """Returns one macro of a template, as a function, for a page that draws its parts one by one."""
    function: Callable[..., Markup] = getattr(_environment.get_template(f"{template}.html").module, name)
    return function
