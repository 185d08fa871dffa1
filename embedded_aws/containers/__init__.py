"""Run the embedded AWS on real containers, built as the CDK builds them and run as Fargate and Lambda run them."""
