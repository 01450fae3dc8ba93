package dev.truepipe.functions;

import dev.truepipe.storage.S3Uri;
import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemaker.model.DescribeLabelingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;

/** Labeling jobs by {@code DescribeLabelingJob}. */
final class SageMakerLabelingJobs implements LabelingJobs {
    private final SageMakerClient sageMaker;

    SageMakerLabelingJobs(SageMakerClient sageMaker) {
        this.sageMaker = sageMaker;
    }

    @Override
    public Optional<LabelingJob> find(String name) {
        try {
            DescribeLabelingJobResponse job = sageMaker.describeLabelingJob(request -> request.labelingJobName(name));
            return Optional.of(new LabelingJob(
                    job.labelingJobStatusAsString(),
                    S3Uri.parse(job.outputConfig().s3OutputPath()),
                    Optional.ofNullable(job.labelingJobOutput())
                            .map(output -> output.outputDatasetS3Uri())
                            .filter(uri -> !uri.isEmpty())
                            .map(S3Uri::parse)));
        } catch (ResourceNotFoundException e) {
            return Optional.empty();
        } catch (SageMakerException e) {
            // Some Describe calls of SageMaker say so with a ValidationException: "Requested resource not found."
            if (e.statusCode() == 400 && e.getMessage() != null && e.getMessage().contains("resource not found")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
