package dev.truepipe.cli;

import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.RecordWrapper;
import software.amazon.awssdk.services.sagemaker.model.S3DataType;
import software.amazon.awssdk.services.sagemaker.model.TrainingInputMode;
import software.amazon.awssdk.services.sagemaker.model.TrainingInstanceType;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/** A program as anyone might write it for AWS: no endpoint, no credentials, no path style in it. It trains, and says what came of it. */
final class JavaSdkClient {
    private JavaSdkClient() {}

    /** @param arguments image, role */
    public static void main(String[] arguments) {
        try (S3Client s3 = S3Client.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();
                SageMakerClient sageMaker = SageMakerClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build()) {
            s3.createBucket(bucket -> bucket.bucket("from-java"));
            s3.putObject(put -> put.bucket("from-java").key("picture.jpg"), RequestBody.fromString("picture"));
            s3.putObject(put -> put.bucket("from-java").key("train.manifest"),
                    RequestBody.fromString("{\"source-ref\":\"s3://from-java/picture.jpg\",\"label\":\"cat\"}\n"));
            sageMaker.createTrainingJob(job -> job
                    .trainingJobName("from-java")
                    .roleArn(arguments[1])
                    .algorithmSpecification(algorithm -> algorithm.trainingImage(arguments[0]).trainingInputMode(TrainingInputMode.PIPE))
                    .inputDataConfig(Channel.builder().channelName("train").recordWrapperType(RecordWrapper.RECORD_IO)
                            .dataSource(source -> source.s3DataSource(data -> data
                                    .s3DataType(S3DataType.AUGMENTED_MANIFEST_FILE)
                                    .s3Uri("s3://from-java/train.manifest")
                                    .attributeNames(List.of("source-ref", "label"))))
                            .build())
                    .outputDataConfig(output -> output.s3OutputPath("s3://from-java/models"))
                    .resourceConfig(resources -> resources.instanceType(TrainingInstanceType.ML_G5_2_XLARGE).instanceCount(1).volumeSizeInGB(30))
                    .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(600)));
            DescribeTrainingJobResponse job;
            do {
                job = sageMaker.describeTrainingJob(describe -> describe.trainingJobName("from-java"));
            } while (job.trainingJobStatus() == TrainingJobStatus.IN_PROGRESS);
            System.out.println(job.trainingJobStatusAsString() + " " + job.modelArtifacts().s3ModelArtifacts());
        }
    }
}
