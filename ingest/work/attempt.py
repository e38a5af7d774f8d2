"""One try at one piece of document work: what it gets to see, and the one place where any error of it ends."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from dms.ports import Clock, MalwareScanner, ObjectStore, OcrEngine, StoreUnavailable
from ingest.models import InboxItem, RangeRun
from ingest.reading.sandbox import KeptChild
from ingest.reasons import Delay
from ingest.steps.contract import DocumentClassifier, ItemView, Retry, StepContext
from ingest.work.workspace import item_prefix, open_workspace

T = TypeVar("T")
log = logging.getLogger(__name__)

STORE_RETRY_SECONDS = 10
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Tools:
    """What the steps work with."""

    store: ObjectStore
    ocr: OcrEngine
    scanner: MalwareScanner
    classifier: DocumentClassifier | None
    clock: Clock


@contextmanager
def open_context(item: InboxItem, tools: Tools) -> Iterator[StepContext]:
    """What the steps of this item see, with a workspace and a limited process that last as long as the block."""
    facts: Mapping[str, Any] = {run.step: run.facts for run in item.step_runs.all()}
    with open_workspace(tools.store, item_prefix(item.pk, item.received_at)) as workspace, KeptChild() as child:
        yield StepContext(
            item=_view(item),
            facts=facts,
            workspace=workspace,
            ocr=tools.ocr,
            scanner=tools.scanner,
            classifier=tools.classifier,
            child=child,
        )


def with_range_facts(context: StepContext, step: str) -> StepContext:
    """The same context, with the facts of the step's page ranges, in order."""
    runs = RangeRun.objects.filter(item_id=UUID(context.item.id), step=step)
    return replace(context, facts={**context.facts, step: {"ranges": [run.facts for run in runs]}})


def attempt(work: Callable[..., T], *arguments: Any) -> T | Retry | Exception:
    """Whatever a document does to the work, the worker survives: an unexpected error comes back as a value.

    A store that does not answer, or a full disk, is nobody's fault: Retry.
    """
    try:
        return work(*arguments)
    except StoreUnavailable as error:
        return Retry(STORE_RETRY_SECONDS, f"object store: {error}", Delay.STORE_AWAY)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return Retry(STORE_RETRY_SECONDS, str(error), Delay.STORE_AWAY)
        log.exception("%s failed", getattr(work, "__module__", work))
        return error


def _view(item: InboxItem) -> ItemView:
    return ItemView(
        id=str(item.pk),
        filename=item.filename,
        received_at=item.received_at,
        source=item.source,
        original=item.original,
        accepts_missing_text=item.accepts_missing_text,
        pages_laid=item.pages_laid,
        is_version=item.document_id is not None,
    )
