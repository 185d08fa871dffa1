"""What deploying one set of templates over another would do, told without an AWS account."""
