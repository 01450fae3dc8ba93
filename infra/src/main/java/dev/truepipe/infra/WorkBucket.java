package dev.truepipe.infra;

import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.constructs.Construct;

/** Where runs, sealed versions and models lie. Outlives the stack; only what runs leave behind expires. */
final class WorkBucket extends Construct {
    private final Bucket bucket;

    WorkBucket(Construct scope, String id) {
        super(scope, id);
        bucket = Bucket.Builder.create(this, "Bucket")
                .encryption(BucketEncryption.S3_MANAGED)
                .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
                .enforceSsl(true)
                .minimumTlsVersion(1.2)
                .removalPolicy(RemovalPolicy.RETAIN)
                .lifecycleRules(List.of(
                        LifecycleRule.builder().id("runs").prefix("runs/").expiration(Duration.days(30)).build(),
                        LifecycleRule.builder().id("unfinished-uploads").abortIncompleteMultipartUploadAfter(Duration.days(7)).build()))
                .build();
    }

    String name() {
        return bucket.getBucketName();
    }

    String arn() {
        return bucket.getBucketArn();
    }
}
