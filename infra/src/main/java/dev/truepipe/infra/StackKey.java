package dev.truepipe.infra;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/**
 * One key for everything that the stack makes and that holds data, where the settings ask for one. It stays when the stack goes, since
 * the buckets do and would be unreadable without it.
 *
 * <p>Its policy lets IAM decide for the account's own, and names the services that act in nobody's name, each held to this account or to
 * queues, topics and log groups whose names begin with the stack's: CloudFormation makes them so.
 */
final class StackKey extends Construct {
    private static final String DECRYPT = "kms:Decrypt";
    private static final String ENCRYPT = "kms:GenerateDataKey";

    private final Key key;

    StackKey(Construct scope, String id) {
        super(scope, id);
        Stack stack = Stack.of(this);
        key = Key.Builder.create(this, "Key")
                .description("Truepipe's stack " + stack.getStackName())
                .enableKeyRotation(true)
                .removalPolicy(RemovalPolicy.RETAIN)
                .build();
        allow("RulesSendToQueues", "events.amazonaws.com", List.of(DECRYPT, ENCRYPT), inThisAccount(), inQueues());
        // SNS's pages: conditions on the source are not supported where EventBridge publishes. What is encrypted tells enough.
        allow("RulesPublish", "events.amazonaws.com", List.of(DECRYPT, ENCRYPT), Map.of(), inTopics());
        allow("AlarmsPublish", "cloudwatch.amazonaws.com", List.of(DECRYPT, ENCRYPT), inThisAccount(), inTopics());
        allow("LogGroupsAreWritten", "logs." + stack.getRegion() + "." + stack.getUrlSuffix(),
                List.of(DECRYPT, "kms:Encrypt", ENCRYPT, "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
                Map.of(), Map.of("kms:EncryptionContext:aws:logs:arn", ofTheStack("logs", "log-group:")));
    }

    /** Lets S3 tell the queue. */
    void allowS3() {
        allow("LabelBucketsSend", "s3.amazonaws.com", List.of(DECRYPT, ENCRYPT), inThisAccount(), inQueues());
    }

    /** Lets SNS set aside what a subscriber did not take. */
    void allowSubscriptions() {
        allow("SubscriptionsSetAside", "sns.amazonaws.com", List.of(DECRYPT, ENCRYPT), inThisAccount(), inQueues());
    }

    Key key() {
        return key;
    }

    String arn() {
        return key.getKeyArn();
    }

    /** What a caller's own policy says beside the key's ARN: only through that service, and so only on what the service lets it do. */
    static Map<String, Object> only(Stack stack, String service) {
        return Map.of("StringEquals", Map.of("kms:ViaService", service + "." + stack.getRegion() + "." + stack.getUrlSuffix()));
    }

    private void allow(String sid, String service, List<String> actions, Map<String, Object> equals, Map<String, Object> like) {
        Map<String, Object> conditions = new TreeMap<>();
        if (!equals.isEmpty()) {
            conditions.put("StringEquals", equals);
        }
        conditions.put("ArnLike", like);
        key.addToResourcePolicy(PolicyStatement.Builder.create()
                .sid(sid)
                .principals(List.of(new ServicePrincipal(service)))
                .actions(actions)
                .resources(List.of("*"))
                .conditions(conditions)
                .build());
    }

    private Map<String, Object> inThisAccount() {
        return Map.of("aws:SourceAccount", Stack.of(this).getAccount());
    }

    private Map<String, Object> inQueues() {
        return Map.of("kms:EncryptionContext:aws:sqs:arn", ofTheStack("sqs", ""));
    }

    private Map<String, Object> inTopics() {
        return Map.of("kms:EncryptionContext:aws:sns:topicArn", ofTheStack("sns", ""));
    }

    private String ofTheStack(String service, String kind) {
        Stack stack = Stack.of(this);
        return "arn:" + stack.getPartition() + ":" + service + ":" + stack.getRegion() + ":" + stack.getAccount() + ":" + kind + stack.getStackName() + "-*";
    }
}
