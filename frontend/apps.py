from django.apps import AppConfig


class FrontendConfig(AppConfig):
    name = "frontend"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from frontend.entering.session_end import session_begin

        user_logged_in.connect(session_begin)
