package dev.truepipe.infra;

import dev.truepipe.workload.QueueSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.sqs.CfnQueue;
import software.amazon.awscdk.services.sqs.DeadLetterQueue;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;
import software.constructs.IConstruct;

/** Everything that may start a run passes here once; what never works waits in the dead-letter queue. */
final class ArrivalQueue extends Construct {
    private final Queue queue;
    private final Queue deadLetters;

    ArrivalQueue(Construct scope, String id, QueueSpec spec, Optional<StackKey> key) {
        super(scope, id);
        deadLetters = encrypted(this, "DeadLetters", key, builder -> builder.retentionPeriod(seconds(spec.deadLetterRetention())));
        queue = encrypted(this, "Queue", key, builder -> builder
                .visibilityTimeout(seconds(spec.visibility()))
                .retentionPeriod(seconds(spec.retention()))
                .deadLetterQueue(DeadLetterQueue.builder().queue(deadLetters).maxReceiveCount(spec.maxReceiveCount()).build()));
    }

    /**
     * A queue that is reached by TLS only, under SQS's key or the stack's. The stack's is set on the resource itself: a construct that knew
     * of it would hand out leave to use it by itself, without a condition.
     */
    static Queue encrypted(Construct scope, String id, Optional<StackKey> key, UnaryOperator<Queue.Builder> more) {
        Queue.Builder builder = more.apply(Queue.Builder.create(scope, id).enforceSsl(true));
        Queue queue = key.isPresent() ? builder.build() : builder.encryption(QueueEncryption.SQS_MANAGED).build();
        key.ifPresent(of -> ((CfnQueue) queue.getNode().getDefaultChild()).setKmsMasterKeyId(of.arn()));
        return queue;
    }

    /** Lets S3 send, from buckets of this account only; the bucket's own ARN would be a circle for a bucket of ours. */
    void allowS3() {
        queue.addToResourcePolicy(PolicyStatement.Builder.create()
                .sid("LabelBucketsSend")
                .principals(List.of(new ServicePrincipal("s3.amazonaws.com")))
                .actions(List.of("sqs:SendMessage"))
                .resources(List.of(queue.getQueueArn()))
                .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", Stack.of(this).getAccount())))
                .build());
    }

    /** Lets one EventBridge rule send. */
    void allowRule(String sid, String ruleArn) {
        queue.addToResourcePolicy(PolicyStatement.Builder.create()
                .sid(sid)
                .principals(List.of(new ServicePrincipal("events.amazonaws.com")))
                .actions(List.of("sqs:SendMessage"))
                .resources(List.of(queue.getQueueArn()))
                .conditions(Map.of("ArnEquals", Map.of("aws:SourceArn", ruleArn)))
                .build());
    }

    /** What a sender must wait for: without the policy S3 refuses to be told of the queue. */
    IConstruct policy() {
        return queue.getNode().findChild("Policy");
    }

    Queue queue() {
        return queue;
    }

    Queue deadLetters() {
        return deadLetters;
    }

    private static Duration seconds(java.time.Duration duration) {
        return Duration.seconds(duration.toSeconds());
    }
}
