# What AWS's base image for functions has, as far as a function sees it: folders, user's view, runtime client.
ARG PYTHON_BASE
FROM ${PYTHON_BASE}
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV BASH_ENV=/run/secrets/registry
RUN --mount=type=secret,id=ca --mount=type=secret,id=registry \
    pip install --quiet --no-cache-dir --no-compile --target /var/runtime awslambdaric==4.2.2
COPY lambda-entrypoint.sh /lambda-entrypoint.sh
ENV LAMBDA_TASK_ROOT=/var/task \
    LAMBDA_RUNTIME_DIR=/var/runtime \
    LANG=en_US.UTF-8 \
    TZ=:/etc/localtime
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
