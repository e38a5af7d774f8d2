"""`./manage.py search rebuild | check`: makes the index anew without downtime, or compares it with the records."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from search.chosen import search_index
from search.indexer import pending
from search.ports import RebuildRunning, SearchUnavailable
from search.rebuild import Fault, compare, rebuild
from search.source import RecordsSource

SAME, DIFFERENT = 0, 1
_SHOWN = 20


class Command(BaseCommand):
    help = (
        "rebuild: makes the search index anew from the records; searches go on meanwhile. "
        "check: compares index and records. Exit code of check: 0 they agree, 1 they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["rebuild", "check"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._rebuild() if options["action"] == "rebuild" else self._check()
        except RebuildRunning as error:
            raise CommandError(_("Der Suchindex wird schon neu aufgebaut.")) from error
        except SearchUnavailable as error:
            raise CommandError(_("Der Suchindex antwortet nicht: {error}").format(error=error)) from error

    def _rebuild(self) -> None:
        source = RecordsSource()
        with tqdm(total=source.size(), desc=_("Suchindex"), unit=_("Dokument")) as bar:
            rebuild(search_index(), source, progress=bar.update)
        self.stdout.write(_("Der Suchindex ist neu aufgebaut: {count} Dokumente.").format(count=search_index().size()))

    def _check(self) -> None:
        source = RecordsSource()
        with tqdm(total=source.size(), desc=_("Vergleich"), unit=_("Dokument")) as bar:
            differences = list(compare(search_index(), source, progress=bar.update))
        for difference in differences[:_SHOWN]:
            self.stderr.write(f"{difference.document_id}: {_sentence(difference.fault)}")
        if waiting := pending():
            self.stdout.write(_("{count} Änderungen warten noch auf den Suchindex.").format(count=waiting))
        if differences:
            self.stderr.write(_("{count} Dokumente weichen ab.").format(count=len(differences)))
            sys.exit(DIFFERENT)
        self.stdout.write(_("Suchindex und Datenbank stimmen überein."))


def _sentence(fault: Fault) -> str:
    return {
        Fault.MISSING: _("fehlt im Suchindex"),
        Fault.OUTDATED: _("steht veraltet im Suchindex"),
        Fault.LEFT_OVER: _("steht im Suchindex, aber nicht in der Datenbank"),
    }[fault]
