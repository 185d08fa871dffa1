"""The images that ours are built on: the one place that names them. `scripts/renew-bases` pins and renews them.

A stage can name others (`python_base`, `lambda_base` in its settings), such as a mirror of the same images.
"""

PYTHON = "public.ecr.aws/docker/library/python:3.13-slim"
LAMBDA = "public.ecr.aws/lambda/python:3.13"
