"""Trains with the SageMaker Python SDK as on AWS, and looks at what came of it."""
import io
import json
import sys
import tarfile

import boto3
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import ShuffleConfig, TrainingInput

from data import ATTRIBUTES, upload

IMAGE, ROLE = sys.argv[1:3]
s3 = boto3.client("s3")
session = sagemaker.Session()
bucket = session.default_bucket()
assert bucket == "sagemaker-us-east-1-000000000000", bucket
manifest, expected = upload(s3, bucket, 40)


def channel(**more):
    return TrainingInput(manifest, distribution="FullyReplicated", content_type="application/x-recordio", s3_data_type="AugmentedManifestFile",
                         attribute_names=ATTRIBUTES, record_wrapping="RecordIO", input_mode="Pipe", **more)


estimator = Estimator(
    image_uri=IMAGE, role=ROLE, instance_count=1, instance_type="ml.g5.2xlarge", volume_size=30, max_run=600, input_mode="Pipe",
    output_path=f"s3://{bucket}/models", hyperparameters={"epochs": 2}, base_job_name="from-the-sdk", sagemaker_session=session,
    metric_definitions=[{"Name": "loss", "Regex": "loss=([0-9.]+)"}], tags=[{"Key": "team", "Value": "cars"}])
estimator.fit({"train": channel(), "validation": channel(shuffle_config=ShuffleConfig(7))}, logs=True)

archive = s3.get_object(Bucket=bucket, Key=estimator.model_data.split("/", 3)[3])["Body"].read()
with tarfile.open(fileobj=io.BytesIO(archive)) as model:
    seen = json.load(model.extractfile("seen.json"))
assert seen["train_0"] == seen["train_1"] == expected, (seen, expected)
assert seen["validation_0"]["records"] == expected["records"] and seen["validation_0"] != seen["validation_1"], seen
job = session.describe_training_job(estimator.latest_training_job.name)
assert [step["Status"] for step in job["SecondaryStatusTransitions"]] == ["Starting", "Training", "Uploading", "Completed"], job
assert [(metric["MetricName"], round(metric["Value"], 4)) for metric in job["FinalMetricDataList"]] == [("loss", 0.3333)], job

# A job that fails says why, and the SDK raises it.
try:
    Estimator(image_uri=IMAGE, role=ROLE, instance_count=1, instance_type="ml.g5.2xlarge", input_mode="Pipe", output_path=f"s3://{bucket}/models",
              tags=[{"Key": "truepipe:fault", "Value": "capacity-error"}], sagemaker_session=session).fit({"train": channel()}, logs=True)
    raise SystemExit("a job without capacity came to a good end")
except sagemaker.exceptions.UnexpectedStatusException as e:
    assert "CapacityError: Unable to provision requested ML compute capacity" in str(e), e
print("sagemaker sdk: fine")
