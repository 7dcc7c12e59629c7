# Convscope in a container: the page, the API and the workers, on port 8000.
#
#   docker build -t convscope .
#   docker run --init -p 127.0.0.1:8000:8000 -v convscope:/state convscope
#
# It listens on every address of the container, so it asks for a token: one is made in the volume at
# the first start, and `docker logs` shows the link that signs a browser in. To reach it from another
# machine, publish the port there and name the host: … convscope --allow-host box.lan
#
# Another build of torch, for CUDA say:
#   docker build --build-arg TORCH="torch==2.13.0+cu130" --build-arg PIP_EXTRA_INDEX_URL=… .

ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG TORCH="torch==2.13.0"
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/convscope
WORKDIR /source
# torch first: a layer of its own, which a change of the source leaves as it is
COPY constraints.txt .
RUN grep -v '^torch==' constraints.txt > /tmp/constraints.txt \
    && PIP_EXTRA_INDEX_URL="${PIP_EXTRA_INDEX_URL}" \
       /opt/convscope/bin/pip install -c /tmp/constraints.txt "${TORCH}"
COPY . .
# the build hook brings Node.js from PyPI and the browser packages from npm
RUN /opt/convscope/bin/pip install -c /tmp/constraints.txt ".[heic]"

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --create-home convscope \
    && install --directory --owner=convscope --mode=0700 /state
COPY --from=build /opt/convscope /opt/convscope
USER 10001
ENV PATH=/opt/convscope/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/state/cache \
    XDG_STATE_HOME=/state
WORKDIR /state
VOLUME /state
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/v1/health', timeout=4)"]
ENTRYPOINT ["convscope", "--host", "0.0.0.0", "--port", "8000", "--token"]
