from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "dms.access"
    label = "access"
