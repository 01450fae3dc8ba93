package dev.truepipe.infra;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.sns.CfnTopic;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sns.subscriptions.EmailSubscription;
import software.amazon.awscdk.services.sns.subscriptions.EmailSubscriptionProps;
import software.constructs.Construct;

/**
 * The topic by which people hear how runs ended. Encrypted only where the stack has a key: EventBridge and alarms cannot write to a
 * topic under SNS's own. Messages hold names, counts and links, never labels.
 */
final class Announcements extends Construct {
    private final Topic topic;

    Announcements(Construct scope, String id, Optional<String> email, UndeliveredQueue undelivered, Optional<StackKey> key) {
        super(scope, id);
        topic = Topic.Builder.create(this, "Topic").enforceSsl(true).build();
        // On the resource itself, as on queues.
        key.ifPresent(of -> ((CfnTopic) topic.getNode().getDefaultChild()).setKmsMasterKeyId(of.arn()));
        // With a policy of its own the topic no longer lets the whole account publish, alarms included.
        topic.addToResourcePolicy(PolicyStatement.Builder.create()
                .sid("AlarmsPublish")
                .principals(List.of(new ServicePrincipal("cloudwatch.amazonaws.com")))
                .actions(List.of("sns:Publish"))
                .resources(List.of(topic.getTopicArn()))
                .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", Stack.of(this).getAccount())))
                .build());
        email.ifPresent(address -> {
            topic.addSubscription(new EmailSubscription(address, EmailSubscriptionProps.builder().deadLetterQueue(undelivered.queue()).build()));
            key.ifPresent(StackKey::allowSubscriptions);
        });
    }

    /**
     * Lets EventBridge publish. Without a condition on the rule: AWS's pages long said that EventBridge meets none in a topic's policy,
     * and a failure that nobody hears of weighs more than a rule of another's that knows this topic.
     */
    void allowRules() {
        topic.addToResourcePolicy(PolicyStatement.Builder.create()
                .sid("RulesPublish")
                .principals(List.of(new ServicePrincipal("events.amazonaws.com")))
                .actions(List.of("sns:Publish"))
                .resources(List.of(topic.getTopicArn()))
                .build());
    }

    Topic topic() {
        return topic;
    }
}
