package dev.truepipe.workload;

import static dev.truepipe.workload.Value.Resource.KMS_KEY_ARN;
import static dev.truepipe.workload.Value.Resource.REGION;
import static dev.truepipe.workload.Value.Resource.URL_SUFFIX;
import static dev.truepipe.workload.Value.text;

import dev.truepipe.settings.KmsKeys;
import dev.truepipe.settings.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The leave to use keys, as it follows from other leave: who may read an object that lies under a key may have it decrypted, and who may
 * write one may have it encrypted, by S3 and by nobody else. Likewise for the queue and the topic.
 *
 * <p>Whatever a later function is allowed on the stack's own buckets, the key comes with it.
 */
final class KeyGrants {
    private static final String DECRYPT = "kms:Decrypt";
    private static final String ENCRYPT = "kms:GenerateDataKey";

    private final boolean ownKey;
    private final List<String> labelKeys;
    private final List<String> imageKeys;
    private final Set<String> ownBuckets = new HashSet<>();
    private final Set<Value> labels = new HashSet<>();
    private final Set<Value> images = new HashSet<>();

    private KeyGrants(Settings settings, List<Source> sources) {
        ownKey = settings.encryption() == Settings.Encryption.CUSTOMER_KEY;
        labelKeys = settings.kmsKeys().labels();
        imageKeys = settings.kmsKeys().images();
        ownBuckets.add(Value.Resource.WORK_BUCKET.name());
        ownBuckets.add(Value.Resource.LABEL_BUCKET.name());
        sources.stream().filter(source -> source.labelBucket() == Source.LabelBucket.CREATE).forEach(source -> ownBuckets.add(source.labels().bucket()));
        labels.addAll(Workload.labelObjects(sources));
        for (Source source : sources) {
            Stream.concat(source.holdOut().stream(), source.labelCategories().stream()).forEach(uri -> labels.add(Workload.object(uri, "")));
            source.objects().forEach(prefix -> images.add(Workload.object(prefix, "*")));
        }
        // Under the stack's key, or none: not under theirs.
        labels.removeIf(objects -> ownBuckets.contains(bucket(objects)));
        images.removeIf(objects -> ownBuckets.contains(bucket(objects)));
    }

    /** The workload with what these settings' keys need; the same if they ask for none. */
    static Workload applied(Workload plain, Settings settings, List<Source> sources) {
        KeyGrants keys = new KeyGrants(settings, sources);
        return new Workload(
                plain.functions().stream().map(function -> keys.applied(function, plain.queue().function().equals(function.name()))).toList(),
                plain.queue(), plain.notificationSuffix(), plain.rules(), plain.schedules(),
                new StateMachineSpec(plain.stateMachine().substitutions(), keys.with(plain.stateMachine().grants(), false)),
                plain.alarms(), plain.logRetention());
    }

    private FunctionSpec applied(FunctionSpec function, boolean consumer) {
        Map<String, Value> environment = new LinkedHashMap<>(function.environment());
        if (ownKey && environment.containsKey(Workload.TRAINING_ROLE)) {
            // Who asks for training jobs says what they encrypt with.
            environment.put(Workload.KMS_KEY, text(KMS_KEY_ARN));
        }
        return new FunctionSpec(function.name(), function.handler(), function.memoryMegabytes(), function.timeout(), environment,
                with(function.grants(), consumer), function.url());
    }

    private List<Grant> with(List<Grant> grants, boolean consumer) {
        Set<String> inS3 = new TreeSet<>();
        boolean readsLabels = false;
        boolean readsImages = false;
        boolean publishes = false;
        boolean sends = false;
        for (Grant grant : grants) {
            boolean reads = grant.actions().contains("s3:GetObject");
            boolean writes = grant.actions().contains("s3:PutObject");
            publishes |= grant.actions().contains("sns:Publish");
            sends |= grant.actions().contains("sqs:SendMessage");
            for (Value resource : reads || writes ? grant.resources() : List.<Value>of()) {
                readsLabels |= reads && labels.contains(resource);
                readsImages |= reads && images.contains(resource);
                if (ownBuckets.contains(bucket(resource))) {
                    // What is uploaded in pieces is decrypted as well when the pieces are put together.
                    inS3.addAll(writes ? List.of(DECRYPT, ENCRYPT) : List.of(DECRYPT));
                }
            }
        }
        List<Grant> all = new ArrayList<>(grants);
        if (ownKey && !inS3.isEmpty()) {
            all.add(own("use the key of the stack in S3", List.copyOf(inS3), "s3"));
        }
        if (ownKey && (consumer || sends)) {
            all.add(own("use the key of the stack in SQS", sends ? List.of(DECRYPT, ENCRYPT) : List.of(DECRYPT), "sqs"));
        }
        if (ownKey && publishes) {
            all.add(own("use the key of the stack in SNS", List.of(DECRYPT, ENCRYPT), "sns"));
        }
        if (readsLabels && !labelKeys.isEmpty()) {
            all.add(theirs("decrypt labels", labelKeys));
        }
        if (readsImages && !imageKeys.isEmpty() && !(readsLabels && imageKeys.equals(labelKeys))) {
            all.add(theirs("decrypt objects that lines name", imageKeys));
        }
        return List.copyOf(all);
    }

    private static Grant own(String why, List<String> actions, String service) {
        return new Grant(why, actions, List.of(text(KMS_KEY_ARN)), Map.of("kms:ViaService", List.of(text(service + ".", REGION, ".", URL_SUFFIX))));
    }

    private static Grant theirs(String why, List<String> keys) {
        return new Grant(why, List.of(DECRYPT), keys.stream().map(Value::text).toList(),
                Map.of("kms:ViaService", keys.stream().map(KmsKeys::s3Beside).distinct().map(Value::text).toList()));
    }

    /** Name of the bucket that an ARN of objects in S3 lies in; that of the resource where the deployment names it. */
    private static String bucket(Value objects) {
        String arn = objects.resolve(Enum::name, name -> name);
        int from = arn.indexOf(":s3:::") + ":s3:::".length();
        int slash = arn.indexOf('/', from);
        return arn.contains(":s3:::") && slash > 0 ? arn.substring(from, slash) : "";
    }
}
