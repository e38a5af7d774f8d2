from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "dms.audit"
    label = "audit"

    def ready(self) -> None:
        from dms.audit.guards import install_guards

        # by one sender only, because it serves all apps; Django sends this after every app is migrated
        post_migrate.connect(install_guards, sender=self, dispatch_uid="audit.install_guards")
