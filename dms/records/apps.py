from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "dms.records"
    label = "records"
