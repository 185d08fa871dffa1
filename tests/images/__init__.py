"""The built images, run as Lambda and Fargate run them (`make images`)."""
