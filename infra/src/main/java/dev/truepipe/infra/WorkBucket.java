package dev.truepipe.infra;

import java.util.List;
import java.util.Optional;
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

    WorkBucket(Construct scope, String id, Optional<StackKey> key) {
        super(scope, id);
        bucket = encrypted(Bucket.Builder.create(this, "Bucket"), key)
                .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
                .enforceSsl(true)
                .minimumTlsVersion(1.2)
                .removalPolicy(RemovalPolicy.RETAIN)
                .lifecycleRules(List.of(
                        LifecycleRule.builder().id("runs").prefix("runs/").expiration(Duration.days(30)).build(),
                        LifecycleRule.builder().id("unfinished-uploads").abortIncompleteMultipartUploadAfter(Duration.days(7)).build()))
                .build();
    }

    /** Under S3's keys or the stack's; by the bucket's data key then, so that KMS is asked once in a while and not for each object. */
    static Bucket.Builder encrypted(Bucket.Builder bucket, Optional<StackKey> key) {
        return key.map(of -> bucket.encryption(BucketEncryption.KMS).encryptionKey(of.key()).bucketKeyEnabled(true))
                .orElseGet(() -> bucket.encryption(BucketEncryption.S3_MANAGED));
    }

    String name() {
        return bucket.getBucketName();
    }

    String arn() {
        return bucket.getBucketArn();
    }
}
