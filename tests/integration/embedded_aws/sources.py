"""The test cloud's only asset folder holds these files: Dockerfiles, functions and a task."""

DOCKERFILES = {
    "Dockerfile": """\
FROM public.ecr.aws/lambda/python:3.12 AS base
ENV GREETING="hello there" PATH=/opt/venv/bin:$PATH PYTHONPATH=/var/task
FROM base
COPY . .
CMD ["functions.echo.handler"]
""",
    "tasks.Dockerfile": """\
FROM python:3.12-slim
ENV KIND=task
ENTRYPOINT ["/usr/local/bin/python3.12", "task.py"]
CMD ["0"]
""",
    "tracking.Dockerfile": """\
FROM python:3.12-slim
ENV MLFLOW_HOST=0.0.0.0 MLFLOW_PORT=5000 MLFLOW_WORKERS=1
ENV MLFLOW_BACKEND_STORE_URI=postgresql+psycopg2:// MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
ENTRYPOINT ["/opt/venv/bin/mlflow", "server", "--no-serve-artifacts"]
""",
}
SOURCES = {
    "functions/__init__.py": "",
    "functions/echo.py": """\
import os


def handler(event, context):
    print("heard", event)
    return {
        "event": event, "cwd": os.getcwd(), "environment": dict(os.environ),
        "request_id": context.aws_request_id, "left": context.get_remaining_time_in_millis(),
    }
""",
    "functions/refuse.py": """\
class NotBetter(Exception):
    pass


def handler(event, context):
    raise NotBetter("the challenger is no better")
""",
    "functions/record.py": """\
import json
import os
import uuid

import boto3


def handler(event, context):
    key = f"heard/{uuid.uuid4()}.json"
    boto3.client("s3").put_object(Bucket=os.environ["LAKE"], Key=key, Body=json.dumps(event))
    return key
""",
    "functions/broken.py": "import a_module_that_does_not_exist\n",
    "functions/linger.py": """\
import os
import time

import boto3


def handler(event, context):
    s3, lake = boto3.client("s3"), os.environ["LAKE"]
    s3.put_object(Bucket=lake, Key="lingering/begun", Body=b"")
    while not s3.list_objects_v2(Bucket=lake, Prefix="lingering/may-end").get("Contents"):
        time.sleep(0.1)
    return os.environ.get("VERSION", "first")
""",
    "functions/slow.py": """\
import time


def handler(event, context):
    time.sleep(30)
""",
    "task.py": """\
import json
import os
import sys

import boto3

names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "KIND", "MLFLOW_TRACKING_URI", "AWS_PROFILE",
         "MLFLOW_BACKEND_STORE_URI", "PLAIN")
seen = {name: os.environ.get(name) for name in names}
boto3.client("s3").put_object(Bucket=os.environ["LAKE"], Key="task/seen.json", Body=json.dumps(seen))
print("ending with", sys.argv[1:], flush=True)
sys.exit(int(sys.argv[1]))
""",
}
