package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.settings.Settings;
import dev.truepipe.workload.Metric;
import dev.truepipe.workload.Workload;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;

class PipelineStackTest {
    private static final Path APPROVED = Stacks.ROOT.resolve("infra/src/test/resources/approved");

    @BeforeAll
    static void needsNode() {
        Tools.requireNode();
    }

    /** The whole template of each variant, without hashes. Rewrite them with {@code -Dapprove=true}, then read the diff. */
    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void theTemplateIsTheApprovedOne(Variant variant) throws IOException {
        Path approved = APPROVED.resolve(variant.name() + ".json");
        String template = Approved.text(variant.template());
        if (Boolean.getBoolean("approve")) {
            Files.writeString(approved, template);
        }
        assertEquals(Files.readString(approved), template,
                "the template changed; if you meant it: ./mvnw -pl infra -am test -Dtest=PipelineStackTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dapprove=true, then commit " + APPROVED.getFileName());
    }

    @Test
    void nothingIsApprovedThatIsNoVariant() throws IOException {
        try (var files = Files.list(APPROVED)) {
            assertEquals(Variant.all().stream().map(variant -> variant.name() + ".json").sorted().toList(),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aBucketOfOursCarriesItsNotificationAndWaitsForTheQueuesPolicy() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        String id = resources.id("AWS::S3::Bucket", "LabelsBucket");
        Map<String, Object> bucket = resources.ofType("AWS::S3::Bucket").get(id);
        assertEquals(List.of(resources.id("AWS::SQS::QueuePolicy", "ArrivalsQueuePolicy")), bucket.get("DependsOn"));
        assertEquals("{\"QueueConfigurations\":[{\"Event\":\"s3:ObjectCreated:*\",\"Filter\":{\"S3Key\":{\"Rules\":["
                        + "{\"Name\":\"prefix\",\"Value\":\"street/\"},{\"Name\":\"suffix\",\"Value\":\"manifests/output/output.manifest\"}]}},"
                        + "\"Queue\":{\"Fn::GetAtt\":[\"" + resources.id("AWS::SQS::Queue", "ArrivalsQueue") + "\",\"Arn\"]}}]}",
                Json.text(Json.object(bucket.get("Properties")).get("NotificationConfiguration")));
        assertNull(Json.object(bucket.get("Properties")).get("BucketName"), "a generated name");
        assertEquals(Map.of(), resources.ofType("Custom::S3BucketNotifications"), "no custom resource is needed");
        Map<String, Object> send = queueStatements(resources).stream()
                .filter(statement -> Json.text(statement).contains("s3.amazonaws.com")).findFirst().orElseThrow();
        assertEquals("{\"StringEquals\":{\"aws:SourceAccount\":{\"Ref\":\"AWS::AccountId\"}}}", Json.text(send.get("Condition")));
        assertEquals("{\"Ref\":\"" + id + "\"}", Json.text(Json.object(resources.template().get("Outputs")).values().stream()
                .map(Json::object).filter(output -> output.get("Description").toString().startsWith("Where labels arrive"))
                .findFirst().orElseThrow().get("Value")));
    }

    @Test
    void aBucketOfOursMayHaveANameThatIsGiven() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE.replace("labels: street/", "labels: s3://team-labels/street/")));
        assertEquals("team-labels", resources.one("AWS::S3::Bucket", "LabelsBucket").get("BucketName"));
    }

    @Test
    void aBucketThatExistsGetsRulesMoreByAHandlerThatMayTouchNoOther() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.NOTIFICATION));
        assertEquals(List.of("WorkBucket"), resources.ofType("AWS::S3::Bucket").keySet().stream()
                .map(id -> id.substring(0, 10)).toList(), "no label bucket is made");
        var custom = resources.properties("Custom::S3BucketNotifications");
        assertEquals(1, custom.size());
        Map<String, Object> notification = custom.values().iterator().next();
        assertEquals(false, notification.get("Managed"), "the owner's other rules stay");
        assertEquals("my-labels", notification.get("BucketName"));
        List<Map<String, Object>> writes = resources.statements().stream().map(Map.Entry::getValue)
                .filter(statement -> Json.text(statement).contains("PutBucketNotification")).toList();
        assertEquals(1, writes.size());
        assertEquals("[[\"s3:GetBucketNotification\",\"s3:PutBucketNotification\"],"
                        + "{\"Fn::Join\":[\"\",[\"arn:\",{\"Ref\":\"AWS::Partition\"},\":s3:::my-labels\"]]}]",
                Json.text(List.of(writes.getFirst().get("Action"), writes.getFirst().get("Resource"))));
    }

    @Test
    void aBucketThatSendsToEventBridgeGetsARule() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.EVENTBRIDGE));
        assertEquals(Map.of(), resources.ofType("Custom::S3BucketNotifications"));
        assertFalse(queueStatements(resources).stream().anyMatch(statement -> Json.text(statement).contains("s3.amazonaws.com")),
                "S3 itself need not send");
        String id = resources.id("AWS::Events::Rule", "EventsManifestWritten");
        assertEquals("{\"detail\":{\"bucket\":{\"name\":[\"my-labels\"]},"
                        + "\"object\":{\"key\":[{\"suffix\":\"manifests/output/output.manifest\"}]}},"
                        + "\"detail-type\":[\"Object Created\"],\"source\":[\"aws.s3\"]}",
                Json.text(Approved.sorted(resources.properties("AWS::Events::Rule").get(id).get("EventPattern"))));
        assertTrue(queueStatements(resources).stream().anyMatch(statement ->
                Json.text(statement).contains("events.amazonaws.com") && Json.text(statement).contains(id)), "this rule may send");
    }

    @Test
    void exportsAreToldOfByTheirEndingAndReadByConvertLabelsAlone() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.EXPORTS));
        String ours = Json.text(resources.one("AWS::S3::Bucket", "LabelsBucket").get("NotificationConfiguration"));
        assertTrue(ours.contains("[{\"Name\":\"prefix\",\"Value\":\"street/\"},{\"Name\":\"suffix\",\"Value\":\".json\"}]"), ours);
        String theirs = Json.text(resources.properties("Custom::S3BucketNotifications"));
        assertTrue(theirs.contains("{\"Name\":\"suffix\",\"Value\":\".json\"}") && theirs.contains("\"Value\":\"coco%2B1/\"")
                && theirs.contains("\"Value\":\"cvat/annotations.xml\"") && !theirs.contains(".xml\"},{"), theirs);
        assertEquals("[{\"suffix\":\"manifests/output/output.manifest\"},{\"wildcard\":\"boxes/*.csv\"}]", Json.text(Approved.sorted(resources.properties("AWS::Events::Rule")
                .get(resources.id("AWS::Events::Rule", "EventsManifestWritten")).get("EventPattern"))).replaceFirst(".*\"key\":(\\[.*?]).*", "$1"));
        List<String> readers = new ArrayList<>();
        for (var entry : resources.statements()) {
            if (Resources.list(entry.getValue().get("Action")).contains("s3:GetObject") && Json.text(entry.getValue().get("Resource")).contains("boxes/*.csv")) {
                readers.add(entry.getKey().replaceFirst("RoleDefaultPolicy.*", ""));
            }
        }
        assertEquals(List.of("FunctionsConvertLabels"), readers);
    }

    /** The one door that is open to all: by the published version, with the secret nowhere in the template. */
    @Test
    void labelStudioCallsAnAddressThatIsThereOnlyIfADatasetAsksForIt() throws IOException {
        assertEquals(Map.of(), new Resources(Stacks.template(Stacks.CREATE)).ofType("AWS::Lambda::Url"));
        Resources resources = new Resources(Stacks.template(Stacks.EXPORTS));
        Map<String, Object> url = resources.one("AWS::Lambda::Url", "FunctionsLabelStudioWebhook");
        assertEquals("NONE", url.get("AuthType"));
        assertEquals("live", url.get("Qualifier"));
        assertEquals(List.of(), resources.properties("AWS::Lambda::Permission").entrySet().stream()
                .filter(permission -> "*".equals(permission.getValue().get("Principal")) && !permission.getKey().startsWith("FunctionsLabelStudioWebhook")).toList());
        assertEquals("{\"Fn::GetAtt\":[\"" + resources.id("AWS::Lambda::Url", "FunctionsLabelStudioWebhook") + "\",\"FunctionUrl\"]}",
                Json.text(Json.object(Json.object(resources.template().get("Outputs")).get("LabelStudioWebhookUrl")).get("Value")));
    }

    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void nothingIsAllowedOnEverythingThatCouldBeNamed(Variant variant) throws IOException {
        TreeSet<String> everything = new TreeSet<>();
        for (var entry : new Resources(variant.template()).statements()) {
            Map<String, Object> statement = entry.getValue();
            Resources.list(statement.get("Action")).forEach(action ->
                    assertFalse(action.toString().contains("*"), () -> entry.getKey() + " allows " + action));
            if (Resources.list(statement.get("Resource")).contains("*")) {
                everything.add(statement.get("Action") + " when " + Json.text(statement.get("Condition")));
            }
        }
        // IAM knows no resource for any; the first is held to SageMaker's namespaces.
        TreeSet<String> known = new TreeSet<>(List.of(
                "cloudwatch:PutMetricData when {\"StringEquals\":{\"cloudwatch:namespace\":[\"/aws/sagemaker/TrainingJobs\",\"aws/sagemaker/TrainingJobs\"]}}",
                "ecr:GetAuthorizationToken when null",
                "[xray:PutTelemetryRecords, xray:PutTraceSegments] when null",
                "[xray:GetSamplingRules, xray:GetSamplingTargets, xray:PutTelemetryRecords, xray:PutTraceSegments] when null"));
        if (variant == Variant.VPC) {
            known.add("[ec2:DescribeDhcpOptions, ec2:DescribeNetworkInterfaces, ec2:DescribeSecurityGroups, ec2:DescribeSubnets, ec2:DescribeVpcs] when null");
        }
        assertEquals(known, everything);
    }

    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void bucketsAreEncryptedClosedAndReachedByTlsOnlyAndOutliveTheStack(Variant variant) throws IOException {
        Resources resources = new Resources(variant.template());
        var buckets = resources.ofType("AWS::S3::Bucket");
        assertFalse(buckets.isEmpty());
        buckets.forEach((id, bucket) -> {
            Map<String, Object> properties = Json.object(bucket.get("Properties"));
            assertEquals("Retain", bucket.get("DeletionPolicy"), id);
            assertEquals("Retain", bucket.get("UpdateReplacePolicy"), id);
            String key = variant == Variant.KEYS ? ",\"SSEAlgorithm\":\"aws:kms\"" : "\"SSEAlgorithm\":\"AES256\"";
            assertTrue(Json.text(properties.get("BucketEncryption")).contains(key), id);
            assertEquals("{\"BlockPublicAcls\":true,\"BlockPublicPolicy\":true,\"IgnorePublicAcls\":true,\"RestrictPublicBuckets\":true}",
                    Json.text(properties.get("PublicAccessBlockConfiguration")), id);
            List<Map<String, Object>> denials = resources.properties("AWS::S3::BucketPolicy").values().stream()
                    .filter(policy -> Json.text(policy.get("Bucket")).contains(id))
                    .flatMap(policy -> Resources.statements(policy.get("PolicyDocument")).stream())
                    .filter(statement -> statement.get("Effect").equals("Deny")).toList();
            assertTrue(denials.stream().anyMatch(statement -> Json.text(statement.get("Condition")).contains("\"aws:SecureTransport\":\"false\"")), id);
            assertTrue(denials.stream().anyMatch(statement -> Json.text(statement.get("Condition")).contains("s3:TlsVersion")), id);
        });
    }

    @Test
    void runsExpireAfterAMonthAndNothingElseInTheWorkBucketDoes() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        assertEquals("{\"Rules\":[{\"ExpirationInDays\":30,\"Id\":\"runs\",\"Prefix\":\"runs/\",\"Status\":\"Enabled\"},"
                        + "{\"AbortIncompleteMultipartUpload\":{\"DaysAfterInitiation\":7},\"Id\":\"unfinished-uploads\",\"Status\":\"Enabled\"}]}",
                Json.text(resources.one("AWS::S3::Bucket", "WorkBucket").get("LifecycleConfiguration")));
    }

    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void queuesAndTopicAreReachedByTlsOnlyAndQueuesAreEncrypted(Variant variant) throws IOException {
        Resources resources = new Resources(variant.template());
        assertEquals(3, resources.ofType("AWS::SQS::Queue").size());
        resources.properties("AWS::SQS::Queue").forEach((id, queue) -> {
            assertEquals(variant == Variant.KEYS ? null : true, queue.get("SqsManagedSseEnabled"), id);
            assertEquals(variant == Variant.KEYS, queue.get("KmsMasterKeyId") != null, id);
            assertTrue(resources.properties("AWS::SQS::QueuePolicy").values().stream()
                    .filter(policy -> Json.text(policy.get("Queues")).contains(id))
                    .anyMatch(policy -> deniesPlain(policy.get("PolicyDocument"))), id);
        });
        assertTrue(resources.properties("AWS::SNS::TopicPolicy").values().stream().anyMatch(policy -> deniesPlain(policy.get("PolicyDocument"))));
    }

    /**
     * Whatever is handed on without somebody waiting for the answer has a place for what is not taken. S3's and CloudWatch's own news have
     * none that could be named: S3 tries for itself, and the sweep finds what it lost.
     */
    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void everyAsynchronousEdgeHasAPlaceForWhatFails(Variant variant) throws IOException {
        Resources resources = new Resources(variant.template());
        String undelivered = resources.id("AWS::SQS::Queue", "Undelivered");
        String arn = "{\"Fn::GetAtt\":[\"" + undelivered + "\",\"Arn\"]}";
        resources.properties("AWS::Events::Rule").forEach((id, rule) -> Resources.list(rule.get("Targets")).forEach(target ->
                assertEquals("{\"Arn\":" + arn + "}", Json.text(Json.object(target).get("DeadLetterConfig")), id)));
        resources.properties("AWS::Scheduler::Schedule").forEach((id, schedule) ->
                assertEquals("{\"Arn\":" + arn + "}", Json.text(Json.object(schedule.get("Target")).get("DeadLetterConfig")), id));
        resources.properties("AWS::SNS::Subscription").forEach((id, subscription) ->
                assertEquals("{\"deadLetterTargetArn\":" + arn + "}", Json.text(subscription.get("RedrivePolicy")), id));
        assertTrue(resources.one("AWS::SQS::Queue", "ArrivalsQueue").get("RedrivePolicy") != null);
        // Lambda is called by the state machine and the queue, which both wait.
        assertEquals(Map.of(), resources.ofType("AWS::Lambda::EventInvokeConfig"));
        String rules = Json.text(resources.properties("AWS::Events::Rule")) + Json.text(resources.properties("AWS::Scheduler::Schedule"));
        assertFalse(rules.contains(":lambda:") || rules.contains("FunctionsIntake"), rules);
        List<Map<String, Object>> senders = Resources.statements(resources.one("AWS::SQS::QueuePolicy", "Undelivered").get("PolicyDocument")).stream()
                .filter(statement -> statement.get("Effect").equals("Allow")).toList();
        Map<String, Object> ofRules = senders.stream().filter(statement -> "RulesSetAside".equals(statement.get("Sid"))).findFirst().orElseThrow();
        assertEquals(resources.ofType("AWS::Events::Rule").size(), Resources.list(Json.object(Json.object(ofRules.get("Condition")).get("ArnEquals")).get("aws:SourceArn")).size());
        assertEquals(resources.ofType("AWS::SNS::Subscription").isEmpty() ? 1 : 2, senders.size(), "rules, and SNS where somebody subscribed");
    }

    /** What starts runs comes from the configured buckets, rules of ours and schedules of ours; everybody else needs leave of IAM. */
    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void onlyWhatIsConfiguredMayTrigger(Variant variant) throws IOException {
        Resources resources = new Resources(variant.template());
        TreeSet<String> senders = new TreeSet<>();
        for (Map<String, Object> statement : queueStatements(resources)) {
            if (statement.get("Effect").equals("Allow")) {
                String condition = Json.text(statement.get("Condition"));
                senders.add(Json.object(statement.get("Principal")).get("Service") + (condition.contains("aws:SourceArn") ? " from one place"
                        : condition.contains("{\"aws:SourceAccount\":{\"Ref\":\"AWS::AccountId\"}}") ? " of this account" : " from anywhere: " + condition));
            }
        }
        TreeSet<String> known = new TreeSet<>(List.of("events.amazonaws.com from one place"));
        if (Json.text(variant.template()).contains("s3:ObjectCreated:*") || !resources.ofType("Custom::S3BucketNotifications").isEmpty()) {
            known.addAll(Set.of(Variant.SEVERAL, Variant.KEYS, Variant.EXPORTS).contains(variant) ? List.of("s3.amazonaws.com from one place", "s3.amazonaws.com of this account")
                    : variant == Variant.NOTIFICATION ? List.of("s3.amazonaws.com from one place") : List.of("s3.amazonaws.com of this account"));
        }
        assertEquals(known, senders);
    }

    @Test
    void theKeyTurnsStaysAndServesThisAccountAlone() throws IOException {
        Resources resources = new Resources(Variant.KEYS.template());
        String id = resources.id("AWS::KMS::Key", "Encryption");
        assertEquals("Retain", resources.ofType("AWS::KMS::Key").get(id).get("DeletionPolicy"));
        Map<String, Object> key = resources.properties("AWS::KMS::Key").get(id);
        assertEquals(true, key.get("EnableKeyRotation"));
        UnaryOperator<Object> names = TemplateView.names(resources);
        TreeMap<String, String> services = new TreeMap<>();
        for (Map<String, Object> statement : Resources.statements(key.get("KeyPolicy"))) {
            Object service = Json.object(statement.get("Principal")).get("Service");
            if (service != null) {
                services.put(names.apply(service) + " " + statement.get("Sid"), Json.text(names.apply(statement.get("Condition"))));
            } else {
                assertEquals("kms:*", statement.get("Action"), "the account's own policies decide");
            }
        }
        String account = "\"StringEquals\":{\"aws:SourceAccount\":\"{ACCOUNT}\"}";
        String queues = "\"ArnLike\":{\"kms:EncryptionContext:aws:sqs:arn\":\"arn:{PARTITION}:sqs:{REGION}:{ACCOUNT}:Truepipe-*\"}";
        String topics = "\"ArnLike\":{\"kms:EncryptionContext:aws:sns:topicArn\":\"arn:{PARTITION}:sns:{REGION}:{ACCOUNT}:Truepipe-*\"}";
        assertEquals(new TreeMap<>(Map.of(
                "cloudwatch.amazonaws.com AlarmsPublish", "{" + topics + "," + account + "}",
                "events.amazonaws.com RulesPublish", "{" + topics + "}",
                "events.amazonaws.com RulesSendToQueues", "{" + queues + "," + account + "}",
                "logs.{REGION}.{URL_SUFFIX} LogGroupsAreWritten",
                "{\"ArnLike\":{\"kms:EncryptionContext:aws:logs:arn\":\"arn:{PARTITION}:logs:{REGION}:{ACCOUNT}:log-group:Truepipe-*\"}}",
                "s3.amazonaws.com LabelBucketsSend", "{" + queues + "," + account + "}",
                "sns.amazonaws.com SubscriptionsSetAside", "{" + queues + "," + account + "}")), services);
        // CloudFormation names a queue <stack>-<id>-<12 characters>, in 80: beyond, it would shorten the stack's name, and the key would not know the queue.
        resources.ofType("AWS::SQS::Queue").keySet().forEach(queue -> assertTrue(38 + 1 + queue.length() + 1 + 12 <= 80, queue));
        resources.properties("AWS::Logs::LogGroup").forEach((log, properties) -> assertTrue(Json.text(properties.get("KmsKeyId")).contains(id), log));
        assertTrue(Json.text(resources.one("AWS::SNS::Topic", "Announcements").get("KmsMasterKeyId")).contains(id));
        assertEquals(Map.of(), new Resources(Variant.CREATE.template()).ofType("AWS::KMS::Key"));
    }

    /** Whoever may use a key may do so through one service only; SageMaker's own uses are the two that AWS asks for. */
    @Test
    void keysAreUsedThroughTheServiceThatHoldsWhatTheyEncrypt() throws IOException {
        Resources resources = new Resources(Variant.KEYS.template());
        UnaryOperator<Object> names = TemplateView.names(resources);
        TreeMap<String, TreeSet<String>> uses = new TreeMap<>();
        for (var entry : resources.statements()) {
            Map<String, Object> statement = entry.getValue();
            if (Json.text(statement.get("Action")).contains("kms:")) {
                String use = Resources.list(statement.get("Action")) + " of " + Resources.list(statement.get("Resource")).stream().map(names).toList()
                        + (statement.get("Condition") == null ? "" : " if " + Json.text(names.apply(statement.get("Condition"))));
                uses.computeIfAbsent(use, _ -> new TreeSet<>()).add(entry.getKey().replaceFirst("(Role)?DefaultPolicy[0-9A-F]{8}$", ""));
            }
        }
        String mine = "arn:aws:kms:eu-west-1:111122223333:key/";
        String s3 = " if {\"StringEquals\":{\"kms:ViaService\":\"s3.{REGION}.{URL_SUFFIX}\"}}";
        String sqs = " if {\"StringEquals\":{\"kms:ViaService\":\"sqs.{REGION}.{URL_SUFFIX}\"}}";
        String theirS3 = " if {\"StringEquals\":{\"kms:ViaService\":\"s3.eu-west-1.amazonaws.com\"}}";
        assertEquals(new TreeMap<>(Map.of(
                "[kms:Decrypt] of [" + mine + "l1, " + mine + "l2]" + theirS3,
                new TreeSet<>(List.of("FunctionsDecideDataset", "FunctionsIntake", "FunctionsPlanDataset", "FunctionsScanChunk", "FunctionsWriteChunk")),
                "[kms:Decrypt] of [" + mine + "i]" + theirS3, new TreeSet<>(List.of("FunctionsPlanDataset", "FunctionsScanChunk", "Training")),
                "[kms:Decrypt, kms:GenerateDataKey] of [{KMS_KEY_ARN}]" + s3,
                new TreeSet<>(List.of("FunctionsConvertLabels", "FunctionsDecideDataset", "FunctionsJudgeModel", "FunctionsPlanDataset", "FunctionsScanChunk",
                        "FunctionsSealDataset", "FunctionsWriteChunk", "Training")),
                "[kms:Decrypt] of [{KMS_KEY_ARN}]" + s3, new TreeSet<>(List.of("FunctionsIntake", "Retraining")),
                "[kms:Decrypt] of [{KMS_KEY_ARN}]" + sqs, new TreeSet<>(List.of("FunctionsIntake")),
                "[kms:Decrypt, kms:GenerateDataKey] of [{KMS_KEY_ARN}]" + sqs, new TreeSet<>(List.of("FunctionsLabelStudioWebhook", "Sweeps")),
                "[kms:Decrypt, kms:GenerateDataKey] of [{KMS_KEY_ARN}]" + s3.replace("s3.", "sns."), new TreeSet<>(List.of("Retraining")),
                "[kms:Encrypt] of [{KMS_KEY_ARN}]", new TreeSet<>(List.of("Training")),
                "[kms:CreateGrant] of [{KMS_KEY_ARN}] if {\"Bool\":{\"kms:GrantIsForAWSResource\":\"true\"}}", new TreeSet<>(List.of("Training")))), uses);
    }

    @Test
    void aTrainingJobMayJoinTheVpcOfTheSettingsAndNoOther() throws IOException {
        Resources resources = new Resources(Variant.VPC.template());
        UnaryOperator<Object> names = TemplateView.names(resources);
        Map<String, Object> policy = resources.one("AWS::IAM::Policy", "TrainingRole");
        String ec2 = "arn:{PARTITION}:ec2:{REGION}:*:";
        assertEquals(List.of(ec2 + "network-interface/*", ec2 + "security-group/sg-0123456789abcdef0",
                        ec2 + "subnet/subnet-0123456789abcdef0", ec2 + "subnet/subnet-0123456789abcdef1"),
                Resources.list(statement(policy, "MakeNetworkInterfaces").get("Resource")).stream().map(names).sorted().toList());
        assertEquals("{\"ArnLike\":{\"ec2:Subnet\":[\"" + ec2 + "subnet/subnet-0123456789abcdef0\",\"" + ec2 + "subnet/subnet-0123456789abcdef1\"]}}",
                Json.text(names.apply(statement(policy, "HandNetworkInterfacesToSageMaker").get("Condition"))));
        assertFalse(Json.text(new Resources(Variant.CREATE.template()).statements()).contains("ec2:"));
    }

    /** Names are unique in an account and Region, or in the world: generated, or with the stack's own in them. */
    @Test
    void twoStacksInOneAccountShareNoName() throws IOException {
        List<String> names = List.of("Name", "BucketName", "QueueName", "TopicName", "FunctionName", "RoleName", "PolicyName", "LogGroupName", "RuleName",
                "StateMachineName", "AlarmName", "DashboardName", "ModelPackageGroupName", "AliasName", "ParameterName");
        TreeSet<String> one = physicalNames(Variant.CREATE, names);
        TreeSet<String> other = physicalNames(Variant.SECOND, names);
        assertEquals(List.of(), one.stream().filter(other::contains).toList());
        assertTrue(one.stream().allMatch(name -> name.contains("Truepipe")), one::toString);
        assertTrue(other.stream().allMatch(name -> name.contains("Nightly")), other::toString);
        assertFalse(Json.text(Variant.SECOND.template()).replace("truepipe", "").contains(":Truepipe"), "no ARN of the other stack");
    }

    private static TreeSet<String> physicalNames(Variant variant, List<String> keys) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        Json.object(variant.template().get("Resources")).forEach((id, resource) -> {
            String type = (String) Json.object(resource).get("Type");
            Map<String, Object> properties = Json.object(Json.object(resource).getOrDefault("Properties", Map.of()));
            for (String key : keys) {
                // An inline policy's name is its role's own, and an alias's its function's.
                boolean within = type.equals("AWS::IAM::Policy") || type.equals("AWS::Lambda::Alias") && key.equals("Name");
                if (properties.get(key) instanceof String name && !within) {
                    names.add(type + " " + name);
                }
            }
        });
        return names;
    }

    @Test
    void everyFunctionRunsItsPublishedVersionByAliasAndKeepsItsLogAMonth() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        var functions = resources.properties("AWS::Lambda::Function");
        assertEquals(8, functions.size());
        functions.forEach((id, function) -> {
            assertEquals("java25", function.get("Runtime"), id);
            assertEquals(List.of("arm64"), function.get("Architectures"), id);
            assertEquals("{\"ApplyOn\":\"PublishedVersions\"}", Json.text(function.get("SnapStart")), id);
            assertEquals("JSON", Json.object(function.get("LoggingConfig")).get("LogFormat"), id);
            String version = resources.properties("AWS::Lambda::Version").entrySet().stream()
                    .filter(entry -> Json.text(entry.getValue().get("FunctionName")).contains("\"" + id + "\""))
                    .map(Map.Entry::getKey).findFirst().orElseThrow();
            assertTrue(resources.properties("AWS::Lambda::Alias").values().stream().anyMatch(alias ->
                    alias.get("Name").equals("live") && Json.text(alias.get("FunctionVersion")).contains(version)), id);
        });
        resources.properties("AWS::Logs::LogGroup").forEach((id, log) -> assertEquals(30, log.get("RetentionInDays"), id));
        assertEquals(8, resources.ofType("AWS::Logs::LogGroup").size());
    }

    @Test
    void theMachineMayStartItselfByAPolicyMadeAfterIt() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        String id = resources.id("AWS::IAM::Policy", "RetrainingDistributedMap");
        assertEquals(List.of(resources.id("AWS::StepFunctions::StateMachine", "Retraining")),
                resources.ofType("AWS::IAM::Policy").get(id).get("DependsOn"));
        assertEquals(new TreeSet<>(List.of("states:StartExecution", "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution")),
                actions(resources.properties("AWS::IAM::Policy").get(id)));
    }

    @Test
    void onlySageMakerMayBeHandedTheTrainingRole() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        List<Map<String, Object>> passes = resources.statements().stream().map(Map.Entry::getValue)
                .filter(statement -> Resources.list(statement.get("Action")).contains("iam:PassRole")).toList();
        assertEquals(1, passes.size());
        assertEquals("{\"StringEquals\":{\"iam:PassedToService\":\"sagemaker.amazonaws.com\"}}", Json.text(passes.getFirst().get("Condition")));
        assertEquals("{\"Fn::GetAtt\":[\"" + resources.id("AWS::IAM::Role", "TrainingRole") + "\",\"Arn\"]}",
                Json.text(passes.getFirst().get("Resource")));
    }

    @Test
    void theTrainingRoleReadsTheConfiguredImagesAndTheImagesOfThatAlgorithm() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.NOTIFICATION));
        Map<String, Object> policy = resources.one("AWS::IAM::Policy", "TrainingRole");
        String images = Json.text(statement(policy, "ReadImages").get("Resource"));
        assertTrue(images.contains(":s3:::my-images/street/*"), images);
        assertTrue(images.contains(":s3:::my-labels/*"), images);
        String pull = Json.text(statement(policy, "PullImage").get("Resource"));
        assertTrue(pull.contains(":ecr:eu-west-1:111122223333:repository/team/signs"), pull);
        assertTrue(pull.contains(":*:repository/object-detection"), pull);
        String writes = Json.text(statement(policy, "WriteModelsAndCheckpoints").get("Resource"));
        assertFalse(writes.contains("versions"), "a training job cannot touch sealed versions: " + writes);
    }

    /** Every statement that names the bucket at all is looked at: its own ARN, as for listing it, and any key in it. */
    @Test
    void whoReadsLinesReadsTheHoldOutAndNothingBesideIt() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.NOTIFICATION));
        assertEquals(List.of("FunctionsDecideDataset", "FunctionsPlanDataset", "FunctionsScanChunk", "FunctionsWriteChunk"),
                readersOfOneObject(resources, "my-hold-outs", "/street.manifest"));
        assertFalse(Json.text(resources.properties("Custom::S3BucketNotifications")).contains("my-hold-outs"), "a hold-out is no arrival");
    }

    @Test
    void thePlanAloneReadsTheLabelCategoryFileAndNothingBesideIt() throws IOException {
        assertEquals(List.of("FunctionsPlanDataset"), readersOfOneObject(new Resources(Stacks.template(Stacks.NOTIFICATION)), "my-classes", "/street.json"));
    }

    private static List<String> readersOfOneObject(Resources resources, String bucket, String key) {
        List<String> readers = new ArrayList<>();
        for (var entry : resources.statements()) {
            String resource = Json.text(entry.getValue().get("Resource"));
            if (resource.contains(bucket)) {
                readers.add(entry.getKey().replaceFirst("RoleDefaultPolicy.*", ""));
                assertEquals(2, resource.split(Pattern.quote(bucket), -1).length, "once: " + resource);
                assertTrue(resource.contains(":s3:::" + bucket + key + "\""), entry.getKey() + ": " + resource);
                assertEquals(List.of("s3:GetObject"), Resources.list(entry.getValue().get("Action")), entry.getKey());
            }
        }
        return readers.stream().sorted().toList();
    }

    @Test
    void everyDatasetHasItsModelGroupAndItsSweepThatBeginsAtOnce() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.NOTIFICATION));
        assertEquals(new TreeSet<>(List.of("Truepipe-signs", "Truepipe-street-cars")), new TreeSet<>(resources
                .properties("AWS::SageMaker::ModelPackageGroup").values().stream().map(group -> group.get("ModelPackageGroupName").toString()).toList()));
        var schedules = resources.properties("AWS::Scheduler::Schedule").values();
        assertEquals(new TreeSet<>(List.of("rate(90 minutes)", "rate(12 hours)")),
                new TreeSet<>(schedules.stream().map(schedule -> schedule.get("ScheduleExpression").toString()).toList()));
        // A rate schedule with a start date would wait for it; without one it fires as soon as it exists.
        schedules.forEach(schedule -> assertNull(schedule.get("StartDate")));
    }

    @Test
    void theStackWritesItsNamesDownForTrigger() throws IOException {
        assertEquals(new TreeSet<>(List.of("/truepipe/Truepipe/queue-url", "/truepipe/Truepipe/state-machine-arn", "/truepipe/Truepipe/work-bucket")),
                new TreeSet<>(new Resources(Stacks.template(Stacks.CREATE)).properties("AWS::SSM::Parameter").values().stream()
                        .map(parameter -> parameter.get("Name").toString()).toList()));
    }

    @Test
    void failuresAndAlarmsMayBePublished() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        List<Map<String, Object>> statements = Resources.statements(
                resources.one("AWS::SNS::TopicPolicy", "Announcements").get("PolicyDocument"));
        for (String service : List.of("events.amazonaws.com", "cloudwatch.amazonaws.com")) {
            assertEquals(1, statements.stream().filter(statement -> statement.get("Effect").equals("Allow")
                    && statement.get("Action").equals("sns:Publish") && Json.text(statement.get("Principal")).contains(service)).count(), service);
        }
    }

    /** Three rules that leave no bad end out, and take none twice. A template cannot hold {@code null}, so no pattern asks for it. */
    @Test
    void everyBadEndOfARunFitsOneRule() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        TreeSet<String> details = new TreeSet<>();
        resources.properties("AWS::Events::Rule").forEach((id, rule) -> {
            Map<String, Object> pattern = Json.object(rule.get("EventPattern"));
            if (pattern.get("source").equals(List.of("aws.states"))) {
                Map<String, Object> detail = new TreeMap<>(Json.object(pattern.get("detail")));
                assertTrue(Json.text(detail.remove("stateMachineArn")).contains(":stateMachine:Truepipe-retraining"), id);
                details.add(Json.text(detail));
            }
        });
        assertEquals(new TreeSet<>(List.of(
                "{\"error\":[\"States.ExceedToleratedFailureThreshold\"],\"status\":[\"FAILED\"]}",
                "{\"error\":[{\"anything-but\":[\"States.ExceedToleratedFailureThreshold\"]},{\"exists\":false}],\"status\":[\"FAILED\"]}",
                "{\"status\":[\"TIMED_OUT\",\"ABORTED\"]}")), details);
    }

    @Test
    void failuresLinkToTheConsoleOfTheirPartition() throws IOException {
        Map<String, Object> template = Stacks.template(Stacks.CREATE);
        assertEquals("{\"InChina\":{\"Fn::Equals\":[{\"Ref\":\"AWS::Partition\"},\"aws-cn\"]},"
                        + "\"InGovCloud\":{\"Fn::Equals\":[{\"Ref\":\"AWS::Partition\"},\"aws-us-gov\"]}}",
                Json.text(Approved.sorted(template.get("Conditions"))));
        String rules = Json.text(new Resources(template).properties("AWS::Events::Rule"));
        assertTrue(rules.contains("{\"Fn::If\":[\"InChina\",\"console.amazonaws.cn\","
                + "{\"Fn::If\":[\"InGovCloud\",\"console.amazonaws-us-gov.com\",\"console.aws.amazon.com\"]}]}"), rules);
        assertFalse(rules.contains("<region>.console"), rules);
    }

    @Test
    void mailIsSentToWhomTheSettingsName() throws IOException {
        assertEquals("ml-team@example.com", new Resources(Stacks.template(Stacks.CREATE))
                .properties("AWS::SNS::Subscription").values().iterator().next().get("Endpoint"));
        assertEquals(Map.of(), new Resources(Stacks.template(Stacks.EVENTBRIDGE)).ofType("AWS::SNS::Subscription"));
    }

    @Test
    void theDashboardShowsArrivalsRunsErrorsAndEveryMetricOfEveryDataset() throws IOException {
        String body = Json.text(new Resources(Stacks.template(Stacks.NOTIFICATION)).properties("AWS::CloudWatch::Dashboard").values().iterator().next());
        for (String shown : List.of("Arrivals", "Age of the oldest arrival", "ApproximateAgeOfOldestMessage", "Runs", "ExecutionsAborted", "Function errors")) {
            assertTrue(body.contains(shown), shown);
        }
        for (String dataset : List.of("street-cars", "signs")) {
            for (String graph : List.of("lines", "runs by outcome", "training time", "challenger and champion")) {
                assertTrue(body.contains(dataset + ": " + graph), graph);
            }
            for (Metric metric : Metric.values()) {
                if (metric != Metric.QUARANTINED_SHARE) {
                    String shown = "\\\"" + Metric.NAMESPACE + "\\\",\\\"" + metric.metricName() + "\\\",\\\"" + Metric.DIMENSION + "\\\",\\\"" + dataset
                            + "\\\",\\\"" + Metric.MACHINE + "\\\",\\\"Truepipe-retraining\\\"";
                    assertTrue(body.contains(shown), () -> "the share is told by the lines, and " + shown + " by nothing in " + body);
                }
            }
        }
    }

    @Test
    void everyFunctionAndTheMachineTellXRay() throws IOException {
        Resources resources = new Resources(Stacks.template(Stacks.CREATE));
        resources.properties("AWS::Lambda::Function").forEach((id, function) -> assertEquals("{\"Mode\":\"Active\"}", Json.text(function.get("TracingConfig")), id));
        assertEquals("{\"Enabled\":true}", Json.text(resources.one("AWS::StepFunctions::StateMachine", "Retraining").get("TracingConfiguration")));
    }

    @Test
    void anotherJarIsAnotherVersion() throws IOException {
        Settings settings = Stacks.settings(Stacks.CREATE);
        var one = new Resources(Stacks.template(Stacks.stack(settings, Workload.of(settings), "one"))).ofType("AWS::Lambda::Version").keySet();
        var other = new Resources(Stacks.template(Stacks.stack(settings, Workload.of(settings), "other"))).ofType("AWS::Lambda::Version").keySet();
        assertEquals(8, one.size());
        assertTrue(one.stream().noneMatch(other::contains), "the alias would stay on the old code");
    }

    /** The rules of cdk-nag, with what we leave open and why. */
    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void cdkNagFindsNothingThatIsNotReasoned(Variant variant) throws IOException {
        Stack stack = variant.synthesised();
        NagSuppressions.addStackSuppressions(stack, List.of(
                open("AwsSolutions-S1", "access logs would need one bucket more and its costs; CloudTrail data events are the owner's choice"),
                open("AwsSolutions-SF1", "a Standard workflow keeps every event of its history for 90 days; a log would hold it twice"),
                open("AwsSolutions-SNS3", "enforced by the topic's policy, which denies what comes without TLS"),
                open("AwsSolutions-IAM5", "wildcards end prefixes of keys, executions and job names that do not exist yet; "
                        + "nothingIsAllowedOnEverythingThatCouldBeNamed holds the rest"),
                open("AwsSolutions-SQS3", "the queue of undelivered messages is where others set aside; both queues of arrivals are held to it by a test"),
                open("AwsSolutions-L1", "the handler of foreign buckets comes with CDK, runtime included")));
        Aspects.of(stack).add(new AwsSolutionsChecks());
        assertEquals(List.of(), nagFindings(stack));
    }

    /** What the annotations hold is marked as deprecated, with nothing to take its place. */
    @SuppressWarnings("deprecation")
    private static List<String> nagFindings(Stack stack) {
        return Annotations.fromStack(stack).findError("*", Match.stringLikeRegexp("AwsSolutions-.*")).stream()
                .map(message -> message.getId() + " " + message.getEntry().getData()).toList();
    }

    private static NagPackSuppression open(String rule, String reason) {
        return NagPackSuppression.builder().id(rule).reason(reason).build();
    }

    private static List<Map<String, Object>> queueStatements(Resources resources) {
        return Resources.statements(resources.one("AWS::SQS::QueuePolicy", "ArrivalsQueuePolicy").get("PolicyDocument"));
    }

    private static boolean deniesPlain(Object document) {
        return Resources.statements(document).stream().anyMatch(statement -> statement.get("Effect").equals("Deny")
                && Json.text(statement.get("Condition")).contains("\"aws:SecureTransport\":\"false\""));
    }

    private static Map<String, Object> statement(Map<String, Object> policy, String sid) {
        return Resources.statements(policy.get("PolicyDocument")).stream()
                .filter(statement -> sid.equals(statement.get("Sid"))).findFirst().orElseThrow();
    }

    private static TreeSet<String> actions(Map<String, Object> policy) {
        TreeSet<String> actions = new TreeSet<>();
        Resources.statements(policy.get("PolicyDocument")).forEach(statement ->
                Resources.list(statement.get("Action")).forEach(action -> actions.add(action.toString())));
        return actions;
    }
}
