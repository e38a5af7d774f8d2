"""Trains a new model from made-up letters and from what people corrected, and keeps it for all workers."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator

from dms.access.actors import Actor
from dms.audit.door import change
from dms.audit.events import Event
from dms.ports import Clock, ObjectStore
from dms.records.models import ClassifierModel, Document, DocumentState
from ingest.classification.baseline import made_up_examples, train_first_model
from ingest.classification.training import CORRECTION_WEIGHT, Example

CHAIN = "town"
MOST_CORRECTIONS = 5_000
"""The newest ones; older ones have long been learnt, and mail changes."""
LONGEST_TEXT = 20_000


def model_train(actor: Actor, *, store: ObjectStore, clock: Clock) -> ClassifierModel:
    """Workers use the new model from their next turn on; documents that are registered already keep their kind.

    Raises NotAllowed, StoreUnavailable.
    """
    corrections = list(corrected_examples())
    kept = train_first_model(corrections=corrections)
    stored = store.put(f"models/{uuid.uuid4()}.npz", io.BytesIO(kept.dump()))
    row = ClassifierModel(
        version=kept.version,
        key=stored.key,
        sha256=stored.sha256,
        trained_at=clock.now(),
        examples=len(made_up_examples(seed=1)) + len(corrections),
        corrections=len(corrections),
    )
    with change(actor, Event.CLASSIFIER_TRAINED, chain=CHAIN) as opened:
        opened.save(row)
    return row


def corrected_examples() -> Iterator[Example]:
    """The documents whose kind a person confirmed, corrected or denied: what CHECKED says of a document."""
    checked = Document.objects.filter(state=DocumentState.CHECKED).order_by("-received_at")[:MOST_CORRECTIONS]
    for document in checked.prefetch_related("versions__pages"):
        newest = max(document.versions.all(), key=lambda version: version.number)
        text = "\n".join(page.page_text.text for page in newest.pages.all())[:LONGEST_TEXT]
        if text.strip():
            yield Example(text, document.kind_id, CORRECTION_WEIGHT)
