package dev.truepipe.infra;

import dev.truepipe.settings.Settings;
import dev.truepipe.workload.Source;
import dev.truepipe.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketAttributes;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.amazon.awscdk.services.s3.EventType;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.NotificationKeyFilter;
import software.amazon.awscdk.services.s3.notifications.SqsDestination;
import software.constructs.Construct;

/**
 * The buckets where labels arrive, and how each tells the queue.
 *
 * <p>A bucket that the stack makes carries its notification in the template. A bucket that exists gets one rule more by CDK's custom
 * resource, which leaves the others alone, or sends its events to EventBridge, where a rule of the description picks them up.
 */
final class LabelBuckets extends Construct {
    private Optional<Bucket> generated = Optional.empty();

    LabelBuckets(Construct scope, String id, Props props) {
        super(scope, id);
        Map<String, List<Source>> created = byBucket(props.sources(), Source.LabelBucket.CREATE);
        Map<String, List<Source>> notified = byBucket(props.sources(), Source.LabelBucket.NOTIFICATION);
        if (!created.isEmpty()) {
            props.queue().allowS3();
        }
        if (!created.isEmpty() || !notified.isEmpty()) {
            props.key().ifPresent(StackKey::allowS3);
        }
        created.forEach((name, sources) -> create(name, sources, props));
        if (!notified.isEmpty()) {
            IRole handler = notificationRole(notified.keySet());
            notified.forEach((name, sources) -> notifyFrom(name, sources, props, handler));
        }
    }

    /** Name of the bucket that the stack names itself, if a dataset uses it. */
    Optional<String> generatedName() {
        return generated.map(Bucket::getBucketName);
    }

    private void create(String name, List<Source> sources, Props props) {
        boolean ours = name.equals(Settings.GENERATED_BUCKET);
        Bucket bucket = WorkBucket.encrypted(Bucket.Builder.create(this, ours ? "Bucket" : "Bucket-" + name), props.key())
                .bucketName(ours ? null : name)
                .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
                .enforceSsl(true)
                .minimumTlsVersion(1.2)
                // Labels are people's work: the bucket stays when the stack goes, and an overwritten manifest can be had back.
                .versioned(true)
                .removalPolicy(RemovalPolicy.RETAIN)
                .lifecycleRules(List.of(LifecycleRule.builder().id("unfinished-uploads")
                        .abortIncompleteMultipartUploadAfter(software.amazon.awscdk.Duration.days(7)).build()))
                .build();
        CfnBucket template = (CfnBucket) bucket.getNode().getDefaultChild();
        template.setNotificationConfiguration(CfnBucket.NotificationConfigurationProperty.builder()
                .queueConfigurations(sources.stream().map(source -> CfnBucket.QueueConfigurationProperty.builder()
                        .event("s3:ObjectCreated:*")
                        .queue(props.queue().queue().getQueueArn())
                        .filter(CfnBucket.NotificationFilterProperty.builder()
                                .s3Key(CfnBucket.S3KeyFilterProperty.builder().rules(rules(source, props.workload().notificationSuffix(source))).build())
                                .build())
                        .build()).toList())
                .build());
        // S3 tries the queue when the notification is written, and refuses one it may not send to.
        bucket.getNode().addDependency(props.queue().policy());
        if (ours) {
            generated = Optional.of(bucket);
        }
    }

    private static List<CfnBucket.FilterRuleProperty> rules(Source source, String suffix) {
        List<CfnBucket.FilterRuleProperty> rules = new ArrayList<>();
        if (!source.labels().key().isEmpty()) {
            rules.add(CfnBucket.FilterRuleProperty.builder().name("prefix").value(filterValue(source.labels().key())).build());
        }
        if (!suffix.isEmpty()) {
            rules.add(CfnBucket.FilterRuleProperty.builder().name("suffix").value(suffix).build());
        }
        return rules;
    }

    private void notifyFrom(String name, List<Source> sources, Props props, IRole handler) {
        IBucket bucket = Bucket.fromBucketAttributes(this, "Bucket-" + name,
                BucketAttributes.builder().bucketName(name).notificationsHandlerRole(handler).build());
        for (Source source : sources) {
            NotificationKeyFilter.Builder filter = NotificationKeyFilter.builder();
            if (!source.labels().key().isEmpty()) {
                filter.prefix(filterValue(source.labels().key()));
            }
            String suffix = props.workload().notificationSuffix(source);
            if (!suffix.isEmpty()) {
                filter.suffix(suffix);
            }
            bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(props.queue().queue()), filter.build());
        }
    }

    /** In S3's filter values a space is {@code +} and other special characters are percent-encoded; {@code /} stands. */
    static String filterValue(String key) {
        return java.net.URLEncoder.encode(key, java.nio.charset.StandardCharsets.UTF_8).replace("%2F", "/");
    }

    /**
     * For CDK's handler of foreign buckets, which by itself would be given a managed policy on all logs. The policy is part of the role,
     * and CDK may not add to it, so it is there before the handler first runs.
     */
    private IRole notificationRole(Iterable<String> buckets) {
        Stack stack = Stack.of(this);
        List<String> arns = new ArrayList<>();
        buckets.forEach(bucket -> arns.add("arn:" + stack.getPartition() + ":s3:::" + bucket));
        String logs = "arn:" + stack.getPartition() + ":logs:" + stack.getRegion() + ":" + stack.getAccount() + ":log-group:/aws/lambda/"
                + stack.getStackName() + "-BucketNotificationsHandler*";
        return Role.Builder.create(this, "NotificationRole")
                .description("Adds Truepipe's rule to the notifications of buckets that exist, and removes it again")
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                .inlinePolicies(Map.of("Notifications", PolicyDocument.Builder.create().statements(List.of(
                        PolicyStatement.Builder.create()
                                .sid("ChangeNotifications")
                                .actions(List.of("s3:GetBucketNotification", "s3:PutBucketNotification"))
                                .resources(arns)
                                .build(),
                        PolicyStatement.Builder.create()
                                .sid("WriteItsLog")
                                .actions(List.of("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"))
                                .resources(List.of(logs, logs + ":*"))
                                .build())).build()))
                .build()
                .withoutPolicyUpdates();
    }

    private static Map<String, List<Source>> byBucket(List<Source> sources, Source.LabelBucket how) {
        Map<String, List<Source>> byBucket = new TreeMap<>();
        for (Source source : sources) {
            if (source.labelBucket() == how) {
                byBucket.computeIfAbsent(source.labels().bucket(), _ -> new ArrayList<>()).add(source);
            }
        }
        return new LinkedHashMap<>(byBucket);
    }

    /** @param workload knows which keys are told */
    record Props(List<Source> sources, ArrivalQueue queue, Workload workload, Optional<StackKey> key) {}
}
