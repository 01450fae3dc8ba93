"""Trains with boto3, and holds every answer against the service's own model: no field it does not know, no required one missing."""
import json
import sys
import time
import urllib.request

import boto3
import botocore.session
from botocore.exceptions import ClientError

from data import ATTRIBUTES, upload

IMAGE, ROLE = sys.argv[1:3]
MODEL = botocore.session.get_session().get_service_model("sagemaker")
s3, sagemaker, logs, sts = (boto3.client(name) for name in ("s3", "sagemaker", "logs", "sts"))
# Answered for a job under way too: the model says required, the service says so only at the end.
LATER = {"ModelArtifacts"}
# What a labeling job was asked for is not known at home.
UNKNOWN = {"InputConfig", "HumanTaskConfig", "RoleArn"}


def check(value, shape, path):
    kind = shape.type_name
    if kind == "structure":
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{path}: {unknown} is no field of {shape.name}"
        missing = set(shape.required_members) - set(value) - LATER
        assert not missing, f"{path}: {missing} of {shape.name} is missing"
        for name, member in value.items():
            check(member, shape.members[name], f"{path}.{name}")
    elif kind == "list":
        assert isinstance(value, list), f"{path}: {value!r}"
        for i, member in enumerate(value):
            check(member, shape.member, f"{path}[{i}]")
    elif kind == "map":
        for name, member in value.items():
            check(member, shape.value, f"{path}.{name}")
    elif kind == "string":
        assert isinstance(value, str), f"{path}: {value!r}"
        assert value in shape.enum or not shape.enum, f"{path}: {value!r} is none of {shape.enum}"
    elif kind in ("integer", "long"):
        assert isinstance(value, int) and not isinstance(value, bool), f"{path}: {value!r}"
    elif kind == "boolean":
        assert isinstance(value, bool), f"{path}: {value!r}"
    elif kind in ("timestamp", "float", "double"):
        assert isinstance(value, (int, float)) and not isinstance(value, bool), f"{path}: {value!r}"
    else:
        raise AssertionError(f"{path}: a {kind} is not checked here")


def raw(operation, **request):
    """The answer as it comes over the wire, held against the model."""
    call = urllib.request.Request(sagemaker.meta.endpoint_url, json.dumps(request).encode(), {
        "X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"})
    with urllib.request.urlopen(call) as response:
        answer = json.load(response)
    output = MODEL.operation_model(operation).output_shape
    if output is not None:
        check(answer, output, operation)
    return answer


def refused(code, words, call, **request):
    try:
        call(**request)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        assert words in e.response["Error"]["Message"], e
        return
    raise AssertionError(f"not refused with {code}: {request}")


def request(name, **more):
    return {
        "TrainingJobName": name, "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "Pipe", "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]},
        "HyperParameters": {"epochs": "3"},
        "InputDataConfig": [{"ChannelName": "train", "ContentType": "application/x-recordio", "RecordWrapperType": "RecordIO", "DataSource": {"S3DataSource": {
            "S3DataType": "AugmentedManifestFile", "S3Uri": manifest, "S3DataDistributionType": "FullyReplicated", "AttributeNames": ATTRIBUTES}}}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "Tags": [{"Key": "team", "Value": "cars"}], **more}


def ended(name):
    while True:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        if job["TrainingJobStatus"] in ("Completed", "Failed", "Stopped"):
            return raw("DescribeTrainingJob", TrainingJobName=name)
        time.sleep(0.1)


def steps(job):
    return [step["Status"] for step in job["SecondaryStatusTransitions"]]


assert sts.get_caller_identity()["Account"] == "000000000000"
began = time.time() - 1
bucket = "from-boto3"
s3.create_bucket(Bucket=bucket)
manifest, expected = upload(s3, bucket, 25)

# A job, from creation to logs.
arn = sagemaker.create_training_job(**request("plain"))["TrainingJobArn"]
refused("ResourceInUse", "already exists", sagemaker.create_training_job, **request("plain"))
sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="plain", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
job = ended("plain")
assert steps(job) == ["Starting", "Training", "Uploading", "Completed"], job
assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{bucket}/models/plain/output/model.tar.gz", job
assert job["FinalMetricDataList"][0]["Value"] == 0.25, job
stream = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="plain/")["logStreams"][0]["logStreamName"]
lines = logs.get_log_events(logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=stream, startFromHead=True)["events"]
assert [line["message"] for line in lines][:2] == ["epochs done before: 0", "epoch=0 loss=0.5 mAP=0.5"] and len(lines) == 4, lines

# Words of errors.
refused("ValidationException", "Requested image", sagemaker.create_training_job, **request("other", AlgorithmSpecification={
    "TrainingImage": "000000000000.dkr.ecr.us-east-1.amazonaws.com/nowhere:1", "TrainingInputMode": "Pipe"}))
refused("ValidationException", "Requested resource not found.", sagemaker.describe_training_job, TrainingJobName="nobody")
refused("ValidationException", "at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern",
        sagemaker.create_training_job, **request("under_score"))
refused("ValidationException", "is in status Completed", sagemaker.stop_training_job, TrainingJobName="plain")

# Every end that can be provoked.
spot = {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900},
        "CheckpointConfig": {"S3Uri": f"s3://{bucket}/checkpoints/spot"}}
for fault, more, status, secondary, words in (
        ("capacity-error", {}, "Failed", "Failed", "CapacityError: "),
        ("internal-server-error", {}, "Failed", "Failed", "InternalServerError: "),
        ("client-error", {}, "Failed", "Failed", "ClientError: "),
        ("algorithm-error", {}, "Failed", "Failed", "AlgorithmError: "),
        ("max-wait-time-exceeded", spot, "Stopped", "MaxWaitTimeExceeded", None),
        ("max-runtime-exceeded", {}, "Stopped", "MaxRuntimeExceeded", None)):
    sagemaker.create_training_job(**request(fault, **more, Tags=[{"Key": "truepipe:fault", "Value": fault}]))
    job = ended(fault)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == (status, secondary), job
    assert (job.get("FailureReason") or "").startswith(words or ""), job
assert "ModelArtifacts" in job, "what it saved when its time was over is kept"
sagemaker.create_training_job(**request("interrupted", **spot, Tags=[{"Key": "truepipe:fault", "Value": "spot-interruption"}]))
assert steps(ended("interrupted")) == ["Starting", "Training", "Interrupted", "Starting", "Training", "Uploading", "Completed"]
refused("ResourceLimitExceeded", "ml.g5.2xlarge for training job usage", sagemaker.create_training_job,
        **request("limited", Tags=[{"Key": "truepipe:fault", "Value": "resource-limit-exceeded"}]))

# Stopped by hand: the algorithm never ends, for its epochs do not.
sagemaker.create_training_job(**request("endless", HyperParameters={"epochs": "1000000"}))
while "Training" not in steps(sagemaker.describe_training_job(TrainingJobName="endless")):
    time.sleep(0.05)
sagemaker.stop_training_job(TrainingJobName="endless")
assert (lambda job: (job["TrainingJobStatus"], job["SecondaryStatus"]))(ended("endless")) == ("Stopped", "Stopped")

# Lists: filters, orders, pages.
everything = [job["TrainingJobName"] for page in sagemaker.get_paginator("list_training_jobs").paginate(
    CreationTimeAfter=began, SortBy="CreationTime", SortOrder="Descending", PaginationConfig={"PageSize": 2}) for job in page["TrainingJobSummaries"]]
assert everything[0] == "endless" and everything[-1] == "plain" and len(everything) == len(set(everything)) == 9, everything
assert [job["TrainingJobName"] for job in sagemaker.list_training_jobs(CreationTimeAfter=began, StatusEquals="Completed", SortBy="Name")["TrainingJobSummaries"]] == ["interrupted", "plain"]
assert [job["TrainingJobName"] for job in sagemaker.list_training_jobs(CreationTimeAfter=began, NameContains="error", SortBy="Name", MaxResults=1)["TrainingJobSummaries"]] == ["algorithm-error"]
assert sagemaker.list_training_jobs(CreationTimeAfter=time.time() + 60)["TrainingJobSummaries"] == []
raw("ListTrainingJobs", MaxResults=3)
refused("ValidationException", "pagination token", sagemaker.list_training_jobs, NextToken="made-up")

# Tags.
sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "vans"}, {"Key": "more", "Value": ""}])
sagemaker.delete_tags(ResourceArn=arn, TagKeys=["more"])
assert raw("ListTags", ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "vans"}]

# The registry.
group = sagemaker.create_model_package_group(ModelPackageGroupName="vans", Tags=[{"Key": "a", "Value": "b"}])["ModelPackageGroupArn"]
assert raw("ListTags", ResourceArn=group)["Tags"] == [{"Key": "a", "Value": "b"}]
package = sagemaker.create_model_package(ModelPackageGroupName="vans", InferenceSpecification={
    "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/models/plain/output/model.tar.gz"}],
    "SupportedContentTypes": ["image/jpeg"], "SupportedResponseMIMETypes": ["application/json"]})["ModelPackageArn"]
sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
assert raw("DescribeModelPackage", ModelPackageName=package)["ModelApprovalStatus"] == "Approved"
assert [entry["ModelPackageVersion"] for entry in raw("ListModelPackages", ModelPackageGroupName="vans")["ModelPackageSummaryList"]] == [1]
raw("DescribeModelPackageGroup", ModelPackageGroupName="vans")
raw("ListModelPackageGroups", NameContains="vans")
refused("ResourceNotFound", "not found", sagemaker.describe_labeling_job, LabelingJobName="nobody")

# The other services at the same address.
sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
queue = sqs.create_queue(QueueName="mine")["QueueUrl"]
assert queue == f"{sagemaker.meta.endpoint_url}/000000000000/mine", queue
sqs.send_message(QueueUrl=queue, MessageBody="http://127.0.0.1:1/000000000000/ is left as it is")
assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "http://127.0.0.1:1/000000000000/ is left as it is"
try:
    sqs.get_queue_url(QueueName="nobodys")
    raise SystemExit("a queue that nobody made was found")
except sqs.exceptions.QueueDoesNotExist:
    pass
machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
states.list_executions(stateMachineArn=machine)
print("boto3: fine")
