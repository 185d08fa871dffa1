"""The embedded AWS on real containers: images built as the CDK builds them, run as Fargate and Lambda run them."""
