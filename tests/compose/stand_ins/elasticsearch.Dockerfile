FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl openjdk-17-jre-headless && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 elasticsearch && useradd --uid 1000 --gid 1000 --no-create-home elasticsearch
COPY --chown=1000:1000 program /usr/share/elasticsearch
RUN install -d -o 1000 -g 1000 /usr/share/elasticsearch/data /usr/share/elasticsearch/logs
COPY --chmod=755 elasticsearch-entrypoint /usr/local/bin/docker-entrypoint.sh
ENV ES_JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64 PATH=/usr/share/elasticsearch/bin:$PATH
WORKDIR /usr/share/elasticsearch
USER 1000:1000
