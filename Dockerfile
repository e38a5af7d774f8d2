# One image for every program of the product (web, worker, beat, watch, setup); docker-compose.yml says which is which.
# The base is an argument, so that a site can put its own mirror of Debian 12 in its place.
ARG BASE=debian:12-slim

FROM ${BASE} AS system
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
COPY scripts/debian-packages.txt /usr/local/share/registratur/
# hadolint ignore=DL3008,SC2046
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
       $(grep -vE '^(#|$)' /usr/local/share/registratur/debian-packages.txt) \
    && rm -rf /var/lib/apt/lists/*

FROM system AS build
WORKDIR /srv/registratur
COPY requirements/run.txt requirements/assets.txt requirements/
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --require-hashes --disable-pip-version-check -r requirements/run.txt
COPY frontend/assets frontend/assets
COPY scripts/__init__.py scripts/assets.py scripts/
RUN .venv/bin/python -m scripts.assets && rm -rf frontend/assets/node_modules .cache
COPY . .
# The addresses only have to be there: nothing is asked of a database while files are collected.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build/build STATIC_ROOT=/srv/registratur/staticfiles \
    DJANGO_SETTINGS_MODULE=config.settings .venv/bin/python -m scripts.run.build

FROM system
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin registratur \
    && install -d -o registratur -g registratur /var/lib/registratur /var/lib/registratur/inbox /scratch
COPY --from=build /srv/registratur /srv/registratur
WORKDIR /srv/registratur
ENV PATH=/srv/registratur/.venv/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_THREAD_LIMIT=1 \
    TMPDIR=/scratch \
    DJANGO_SETTINGS_MODULE=config.settings \
    REGISTRATUR_STATE=/var/lib/registratur \
    STATIC_ROOT=/srv/registratur/staticfiles
USER 10001:10001
EXPOSE 8000
