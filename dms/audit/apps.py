from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "dms.audit"
    label = "audit"

    def ready(self) -> None:
        from dms.audit.guards import install_guards

        post_migrate.connect(install_guards, dispatch_uid="audit.install_guards")
