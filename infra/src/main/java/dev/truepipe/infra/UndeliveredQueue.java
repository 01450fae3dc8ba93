package dev.truepipe.infra;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

/**
 * What EventBridge, its Scheduler and SNS gave up on, for a person to look at. Apart from the dead-letter queue of arrivals: that one is
 * sent back as it is, and news of a failed run is no arrival.
 */
final class UndeliveredQueue extends Construct {
    private final Queue queue;

    /** @param retention how long a message waits for somebody to look */
    UndeliveredQueue(Construct scope, String id, java.time.Duration retention, Optional<StackKey> key) {
        super(scope, id);
        queue = ArrivalQueue.encrypted(this, "Queue", key, builder -> builder.retentionPeriod(Duration.seconds(retention.toSeconds())));
    }

    /** Lets these EventBridge rules set aside what they cannot deliver. */
    void allowRules(List<String> ruleArns) {
        queue.addToResourcePolicy(PolicyStatement.Builder.create()
                .sid("RulesSetAside")
                .principals(List.of(new ServicePrincipal("events.amazonaws.com")))
                .actions(List.of("sqs:SendMessage"))
                .resources(List.of(queue.getQueueArn()))
                .conditions(Map.of("ArnEquals", Map.of("aws:SourceArn", ruleArns)))
                .build());
    }

    Queue queue() {
        return queue;
    }
}
