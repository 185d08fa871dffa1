"""These tests run the built images as Lambda and Fargate run them (`make images`)."""
