"""Which forms are one word: Snowball's stems, put right where a dictionary knows better.

Verbs come together in all their forms (besichtigt, besichtigen; abgelehnt, ablehnen; ging, gehen), also with the noun
in -ung (Prüfung, prüfen). People and things in -er stay words of their own: Müller is not Müll, Käufer not Kauf.
Without a dictionary only Snowball decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from search.german.compounds import compound_parts
from search.german.dictionary import dictionary
from search.german.stemming import stem
from search.german.strong_verbs import INFINITIVES

_PREFIXES = ("", "weiter", "wieder", "mit", "nach", "voran", "zuruck", "zusammen", "heraus", "heran", "hinzu")
"""Of verbs that no dictionary lists: weiterbewilligen."""
_WEAK_ENDINGS = ("t", "et", "tet")
_SHORTEST = 3
_NO_VERBS = """
    bekannt eigent unbekannt verwandt gewandt gerecht gesamt abgeordnet angestellt rechnung ordnung wohnung sitzung
    richtung haltung stellung stiftung satzung zahlung leitung bildung fassung geltung sendung spannung wirkung
    kleidung
"""
_MEAN_ELSE = frozenset(_NO_VERBS.split())
"""Words that are made from verbs, but are not looked for as such."""
_CASES = ("", "s", "n", "in", "innen")


def word_stem(form: str) -> str:
    """The stem that stands for a folded word in all its forms."""
    return _in_er(form) or _verb_stem(form, stem(form))


def _in_er(form: str) -> str | None:
    """Müller of Müllers and Müllerin, what may be a name (Steiner), and the stem of verbs like steuern and handeln, of
    which Snowball leaves too little."""
    known = dictionary()
    for case in _CASES:
        word = form.removesuffix(case)
        if not word.endswith(("er", "el")) or (case and word == form):
            continue
        if word in known.actors or (len(case) < 2 and (_may_be_name(word) or _may_be_done(word))):
            return word
    return None


def _may_be_name(word: str) -> bool:
    """In no dictionary, and made of a noun that is neither a place nor a compound: Steiner, but not Durlacher."""
    known, base = dictionary(), word[:-2]
    return (
        word.endswith("er")
        and base in known.nouns
        and base not in known.names
        and not known.has_form(word)
        and not compound_parts(base)
    )


def _may_be_done(word: str) -> bool:
    """Steuer, which one steers; but not Blätter, which are more than one Blatt."""
    return word + "n" in dictionary().verbs and word[:-2] not in dictionary().nouns


def _verb_stem(form: str, stemmed: str) -> str:
    """The stem of the infinitive where the word is a form of a verb, else `stemmed`."""
    known = dictionary()
    is_noun = stemmed in known.nouns and not stemmed.endswith("ung")
    if form in known.verbs or is_noun or stemmed in _MEAN_ELSE:
        return stemmed
    for infinitive in _infinitives(form, stemmed):
        if _is_verb(infinitive):
            found = _in_er(infinitive) or stem(infinitive)
            return stemmed if stemmed.endswith("ung") and _means_something(found) else found
    return stemmed


def _means_something(root: str) -> bool:
    """Raum, klar: Räumung and Klärung are not to find these."""
    known = dictionary()
    return root in known.nouns or root + "e" in known.nouns or known.has_form(root)


def _infinitives(form: str, stemmed: str) -> Iterator[str]:
    """What the infinitive might be."""
    if stemmed.endswith("ung"):
        yield from (stemmed[:-3] + "en", stemmed[:-3] + "n")
        return
    known = dictionary()
    if form not in known.nouns or known.has_form(stemmed):
        whole = stemmed + "et" if form.startswith(stemmed + "et") else stemmed
        for participle in (whole, *_without("ge", whole)):
            yield from _of_weak(participle)
    if form.endswith("en"):
        yield from _without("zu", form)
    plural = form.endswith("n") and stemmed + "e" in known.nouns  # Unterlagen are not what was below
    if form not in known.nouns and not plural and stemmed + "en" not in known.verbs:
        for place in range(len(stemmed) - 2):
            if infinitive := INFINITIVES.get(stemmed[place:]):
                yield stemmed[:place] + infinitive


def _of_weak(word: str) -> Iterator[str]:
    """besichtig-t, arbeit-et, handel-t."""
    for ending in _WEAK_ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= _SHORTEST:
            yield from (root + "en", root + "n")


def _without(inner: str, word: str) -> Iterator[str]:
    """A participle or infinitive without its ge or zu: gekauft, ab-ge-lehnt, ein-zu-reichen."""
    place = word.find(inner, 0 if inner == "ge" else 1)
    while place >= 0:
        yield word[:place] + word[place + len(inner) :]
        place = word.find(inner, place + 1)


def _is_verb(infinitive: str) -> bool:
    verbs = dictionary().verbs
    return any(infinitive.startswith(prefix) and infinitive[len(prefix) :] in verbs for prefix in _PREFIXES)
