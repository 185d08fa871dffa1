"""Each Lambda function has a folder named after a verb; all of them are in one image."""
