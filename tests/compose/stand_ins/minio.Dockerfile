FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 program /usr/local/bin/minio
ENTRYPOINT ["minio"]
