from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "dms.accounts"
    label = "accounts"
