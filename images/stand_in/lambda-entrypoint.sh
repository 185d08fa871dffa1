#!/bin/sh
# The service gives the handler's name and, in AWS_LAMBDA_RUNTIME_API, the address to ask for events.
export _HANDLER="$1" PYTHONPATH=/var/task:/var/runtime
exec python -m awslambdaric "$1"
