"""The licences under which a board's aggregates may be published, and what the licence of its source asks of them."""

import re
from typing import Literal, get_args

Licence = Literal["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"]
"""SPDX identifiers, https://spdx.org/licenses."""
LICENCES: tuple[Licence, ...] = get_args(Licence)
_TERMS = {"by": "attribution", "nc": "non[ -]?commercial", "nd": "no[ -]?deriv(s|atives)", "sa": "share[ -]?alike"}
"""The terms of a licence, by how its id and how its name writes them."""


_FORM = re.compile(r"cc[ -]by([ -](nc|nd|sa))*([ -][1-4]\.[0-9]\b|\Z|[ ,;(])")
"""How their ids are written. Others may follow it, of another part of the source."""


def url(licence: Licence) -> str:
    """Returns the address of a licence's text."""
    if licence == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    terms, version = licence.removeprefix("CC-").rsplit("-", 1)
    return f"https://creativecommons.org/licenses/{terms.lower()}/{version}/"


def faults(licence: Licence, source: str) -> list[str]:
    """Returns why aggregates of a source must not be published under a licence: the rules of the Creative Commons for
    adapted material (https://creativecommons.org/faq, "what licenses may I use for my adaptation"). A source whose
    licence is not one of theirs, or not stated yet, asks for nothing here."""
    terms = _terms(source)
    if re.match(r"cc[ -]by", source.casefold()) and not _FORM.match(source.casefold()):
        return ["source.licence is no licence of the Creative Commons: write its id, such as CC-BY-SA-4.0"]
    if "nd" in terms:
        return ["source.licence allows no derivatives: nothing made from it may be published, choose another source"]
    if "sa" in terms:
        required: tuple[Licence, ...] = ("CC-BY-NC-SA-4.0",) if "nc" in terms else ("CC-BY-SA-4.0",)
        return _unless(licence in required, required, "share-alike")
    if "nc" in terms:
        return _unless("nc" in _terms(licence), ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"), "for non-commercial use")
    if "by" in terms:
        return _unless(licence != "CC0-1.0", LICENCES[1:], "on condition that it is named")
    return []


def _unless(allowed: bool, required: tuple[Licence, ...], terms: str) -> list[str]:
    return [] if allowed else [f"licence must be {' or '.join(required)}, as source.licence is {terms}"]


def _terms(licence: str) -> frozenset[str]:
    """Returns which of `_TERMS` a Creative Commons licence has, whether it is written as its id or by its name; none of
    any other licence."""
    plain = licence.casefold()
    for short, name in _TERMS.items():
        plain = re.sub(name, f" {short} ", plain)
    words = set(re.findall(r"[a-z]+", plain))
    return frozenset(words & set(_TERMS)) if words & {"cc", "creative"} else frozenset()
