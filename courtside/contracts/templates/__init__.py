"""CloudFormation templates as data: the resources of a stage, what they refer to, and the text their values become."""
