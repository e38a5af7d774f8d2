"""Puts together what the steps work with, as the settings choose; the trained model is loaded once per version."""

from __future__ import annotations

import logging
from functools import lru_cache

from dms.adapters.chosen import SystemClock, malware_scanner, object_store, ocr_engine
from dms.ports import ObjectStoreError
from dms.records.models import ClassifierModel
from ingest.classification.classifier import Classifier
from ingest.work.attempt import Tools

log = logging.getLogger(__name__)


def chosen_tools() -> Tools:
    return Tools(
        store=object_store(),
        ocr=ocr_engine(),
        scanner=malware_scanner(),
        classifier=current_classifier(),
        clock=SystemClock(),
    )


def current_classifier() -> Classifier | None:
    """The model trained last; None before the first training, or (with a log line) when its bytes are damaged."""
    newest = ClassifierModel.objects.order_by("-trained_at").first()
    return _load(newest.key, newest.sha256) if newest else None


@lru_cache(maxsize=2)
def _load(key: str, sha256: str) -> Classifier | None:
    try:
        object_store().verify(key, sha256)
        with object_store().read(key) as stream:
            return Classifier.load(stream.read())
    except ObjectStoreError as error:
        log.error("the classifier's model cannot be loaded, documents stay unsure: %s", error)
        return None
