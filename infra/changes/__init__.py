"""Find out, without an AWS account, what deploying one set of templates over another would do."""
