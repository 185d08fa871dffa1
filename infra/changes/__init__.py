"""What deploying one set of templates over another would do, found out without an AWS account."""
