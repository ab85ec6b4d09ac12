"""Sheep Shed in Python: four AWS Lambda functions that share one DynamoDB table."""
