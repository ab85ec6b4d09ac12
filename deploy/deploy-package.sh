#!/usr/bin/env bash
# Deploys what `serverless package` wrote into a folder, by the AWS CLI and jq alone: the job that holds the deployer's
# role runs no code of a dependency (docs/deploy.md, "By GitHub"). `sls info`, `rollback` and `remove` find what they need.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo 'Usage: deploy/deploy-package.sh FOLDER STACK, such as out/ts sheep-shed-ts-dev' >&2
  exit 2
fi
folder=$1
stack=$2
template=$folder/cloudformation-template-update-stack.json

mapfile -t tags < <(jq -r '.service.provider.stackTags | to_entries[] | "\(.key)=\(.value)"' "$folder/serverless-state.json")
# Given by name, or CloudFormation would keep the values of the deployment before.
mapfile -t parameters < <(jq -r '.Parameters | to_entries[] | "\(.key)=\(.value.Default)"' "$template")
mapfile -t keys < <(jq -r '[.Resources[] | select(.Type == "AWS::Lambda::Function").Properties.Code.S3Key] | unique[]' "$template")
directory=$(dirname "${keys[0]}")

apply() {
  aws cloudformation deploy --stack-name "$stack" --no-fail-on-empty-changeset \
    --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --tags "${tags[@]}" "$@"
}

# A new stack begins with its bucket alone; on one that exists this template would remove all else.
if ! found=$(aws cloudformation describe-stacks --stack-name "$stack" 2>&1); then
  case $found in
    *'does not exist'*) apply --template-file "$folder/cloudformation-template-create-stack.json" ;;
    *) echo "$found" >&2; exit 1 ;;
  esac
fi
bucket=$(aws cloudformation describe-stack-resource --stack-name "$stack" \
  --logical-resource-id ServerlessDeploymentBucket --query StackResourceDetail.PhysicalResourceId --output text)
upload() { aws s3 cp --only-show-errors "$1" "s3://$bucket/$2"; }
for key in "${keys[@]}"; do upload "$folder/$(basename "$key")" "$key"; done
upload "$template" "$directory/compiled-cloudformation-template.json"
upload "$folder/serverless-state.json" "$directory/serverless-state.json"
apply --template-file "$template" --s3-bucket "$bucket" --s3-prefix "$directory" --parameter-overrides "${parameters[@]}"
aws cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].Outputs' --output table
