# One image for every process of Stancewire: intake, worker, feed. Model and heads are inside; it reads nothing from
# outside at run time, needs no root and writes only to /tmp and /var/lib/stancewire.
#
# The tag names one release of Python but a registry may move it. Pin it to what you have looked at:
#   docker buildx imagetools inspect python:3.11.13-slim-bookworm --format '{{.Manifest.Digest}}'
# and build with --build-arg PYTHON_IMAGE=python:3.11.13-slim-bookworm@sha256:<that digest>. No digest stands here yet:
# where this file was written no registry could be asked.
ARG PYTHON_IMAGE=python:3.11.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
ENV UV_PROJECT_ENVIRONMENT=/opt/stancewire \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1
WORKDIR /build
# The packages first: they change less often than the code.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY schemas schemas
COPY worker worker
RUN uv sync --frozen --no-dev --no-editable
# What no process reads: packages' own tests, names of countries in other languages.
RUN find /opt/stancewire -type d -name tests -prune -exec rm -rf {} + \
    && rm -rf /opt/stancewire/lib/python3.*/site-packages/pycountry/locales
# An image that finds no position in a sentence is none: model, heads and word lists are looked at now, not in service.
RUN cd /tmp && /opt/stancewire/bin/stancewire doctor

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Stancewire" \
      org.opencontainers.image.description="Reads news about negotiations and publishes who stands where" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 stancewire \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent stancewire \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/stancewire
COPY --from=build /opt/stancewire /opt/stancewire
ENV PATH=/opt/stancewire/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ORT_DISABLE_TELEMETRY=1 \
    STANCEWIRE_STATE_DIRECTORY=/var/lib/stancewire \
    STANCEWIRE_METRICS_HOST=0.0.0.0 \
    STANCEWIRE_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/stancewire
# Worker and intake: /live, /ready and /metrics. What asks them is `python -m worker.observability.probe` (see
# docker-compose.yml): the processes differ, so the health check stands there and not here.
EXPOSE 9540 9541
ENTRYPOINT ["stancewire"]
CMD ["worker"]
