# docker build -t confiance .      then see compose.yaml

FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements/run.lock requirements/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.lock

FROM python:3.13-slim
# A number, so that a host can check that it is not root without reading /etc/passwd.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin confiance \
    && install --directory --owner 10001 --group 10001 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY alembic.ini LICENSE ./
COPY migrations migrations
COPY dashboards dashboards
COPY app app
RUN /venv/bin/python -m compileall -q app dashboards migrations
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONFIANCE_DATABASE_URL=sqlite:////data/confiance.db
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Migrations are a command of their own (`python -m app migrate`): two containers that start together must not
# both run them, and a schema changes when someone decides it.
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
