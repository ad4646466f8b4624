"""HTML that is escaped by construction: text becomes markup only through `element`, which escapes it.

Only what is not yet a template uses this module (`templates`).
"""

import markupsafe
from markupsafe import escape

Html = markupsafe.Markup

Part = str | None
"""Text, markup, or nothing."""


def element(name: str, /, *parts: Part, **attributes: str | int | bool | None) -> Html:
    """Returns an element around text and markup. `class_`, `for_` and `aria_label` stand for `class`, `for` and
    `aria-label`; an attribute that is None or False is left out, one that is True has no value."""
    shown = "".join(
        f" {_attribute(key, value)}" for key, value in attributes.items() if value is not None and value is not False
    )
    return Html(f"<{name}{shown}>{join(*parts)}</{name}>")


def join(*parts: Part) -> Html:
    """Returns text and markup one after the other."""
    return Html("").join(part for part in parts if part is not None)


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    return name if value is True else f'{name}="{escape(value)}"'


def paragraph(*parts: Part, class_: str | None = None) -> Html:
    """Returns a paragraph."""
    return element("p", *parts, class_=class_)


def link(text: Part, address: str, **attributes: str | bool | None) -> Html:
    """Returns a link within the site, which stays in this tab."""
    return element("a", text, href=address, target="_self", **attributes)


def away(text: Part, address: str) -> Html:
    """Returns a link to another site. Addresses come from the reviewed registry, which lists the hosts it allows."""
    return element("a", text, href=address, target="_blank", rel="noopener noreferrer")
