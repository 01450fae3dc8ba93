# Trains with the AWS CLI. $1 image, $2 role, $3 folder to work in.
set -eu
cd "$3"
test "$(aws sts get-caller-identity --query Account --output text)" = 000000000000
aws s3 mb s3://from-the-cli
printf 'picture' >picture.jpg
printf '{"source-ref":"s3://from-the-cli/picture.jpg","label":"cat"}\n' >train.manifest
aws s3 cp picture.jpg s3://from-the-cli/
aws s3 cp train.manifest s3://from-the-cli/
aws sagemaker create-training-job --training-job-name from-the-cli --role-arn "$2" \
    --algorithm-specification "TrainingImage=$1,TrainingInputMode=Pipe" \
    --input-data-config '[{"ChannelName":"train","RecordWrapperType":"RecordIO","DataSource":{"S3DataSource":{"S3DataType":"AugmentedManifestFile",
        "S3Uri":"s3://from-the-cli/train.manifest","AttributeNames":["source-ref","label"]}}}]' \
    --output-data-config S3OutputPath=s3://from-the-cli/models \
    --resource-config InstanceType=ml.g5.2xlarge,InstanceCount=1,VolumeSizeInGB=30 \
    --stopping-condition MaxRuntimeInSeconds=600
until aws sagemaker describe-training-job --training-job-name from-the-cli --query TrainingJobStatus --output text | grep -v InProgress; do :; done
aws sagemaker list-training-jobs --name-contains from-the-cli --query 'TrainingJobSummaries[].TrainingJobStatus' --output text | grep -x Completed
aws s3 cp s3://from-the-cli/models/from-the-cli/output/model.tar.gz model.tar.gz
tar xzf model.tar.gz
grep '"records": 2,' seen.json
aws stepfunctions list-state-machines --query 'stateMachines[].name' --output text
echo 'aws cli: fine'
