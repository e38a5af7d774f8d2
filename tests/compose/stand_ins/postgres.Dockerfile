FROM debian:12-slim
RUN apt-get update && mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf \
    && apt-get install -y --no-install-recommends postgresql && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 999 server && useradd --uid 999 --gid 999 --no-create-home server \
    && install -d -o 999 -g 999 /var/lib/postgresql/data /var/run/postgresql
COPY --chmod=755 postgres-entrypoint /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
