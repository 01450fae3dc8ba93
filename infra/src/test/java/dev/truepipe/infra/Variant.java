package dev.truepipe.infra;

import dev.truepipe.settings.Settings;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awscdk.Stack;

/**
 * The stacks that settings can ask for. Each has an approved template, and passes every check there is.
 *
 * @param name of the variant, and of its approved template
 * @param stack name of its stack
 */
record Variant(String name, String stack, String yaml) {
    private static final Map<String, Map<String, Object>> TEMPLATES = new ConcurrentHashMap<>();
    private static final String KEY = "arn:aws:kms:eu-west-1:111122223333:key/";

    /** What the README deploys. */
    static final Variant CREATE = new Variant("create", "Truepipe", Stacks.CREATE);
    static final Variant NOTIFICATION = new Variant("notification", "Truepipe", Stacks.NOTIFICATION);
    static final Variant EVENTBRIDGE = new Variant("eventbridge", "Truepipe", Stacks.EVENTBRIDGE);

    /** Keys of one's own for what is read, one of the stack for what it makes; instances with and without disks of their own. */
    static final Variant KEYS = new Variant("keys", "Truepipe", """
            datasets:
              - name: street-cars
                labels: s3://my-labels/street/
                labelBucket: notification
                images: [s3://my-images/street/]
                labelCategories: s3://my-classes/street.json
                training: { algorithm: object-detection }
              - name: texts
                labels: texts/
                training: { algorithm: blazingtext }
              - name: exports
                labels: exports/
                format: label-studio
                webhook: { secret: /label-studio/exports }
                training: { algorithm: object-detection }
            kmsKeys: { labels: [%1$sl1, %1$sl2], images: %1$si }
            encryption: customer-key
            notify: { email: ml-team@example.com }
            """.formatted(KEY));

    static final Variant VPC = new Variant("vpc", "Truepipe", """
            datasets:
              - name: street-cars
                labels: street/
                training:
                  algorithm: object-detection
                  vpc: { subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1], securityGroups: [sg-0123456789abcdef0] }
                  networkIsolation: true
            """);

    /** One of each way to hear of manifests, and two in one bucket. */
    static final Variant SEVERAL = new Variant("several-datasets", "Truepipe", """
            datasets:
              - { name: street-cars, labels: street/, training: { algorithm: object-detection } }
              - { name: night-cars, labels: night/, training: { algorithm: object-detection } }
              - { name: signs, labels: "s3://my-labels/signs/", labelBucket: notification, training: { algorithm: image-classification } }
              - { name: roads, labels: "s3://other-labels/roads/", labelBucket: eventbridge, training: { algorithm: semantic-segmentation }, checkObjects: none }
            """);

    /** Labels of other tools, of which one calls. */
    static final Variant EXPORTS = new Variant("exports", "Truepipe", Stacks.EXPORTS);

    /** Beside {@link #CREATE} in one account. */
    static final Variant SECOND = new Variant("second-stack", "Nightly", Stacks.CREATE);

    static List<Variant> all() {
        return List.of(CREATE, NOTIFICATION, EVENTBRIDGE, KEYS, VPC, SEVERAL, EXPORTS, SECOND);
    }

    Stack synthesised() throws IOException {
        Settings settings = Stacks.settings(yaml);
        return Stacks.stack(stack, settings, Workload.of(settings), "stand-in for the functions");
    }

    /** Made once, for tests that only read it. */
    Map<String, Object> template() throws IOException {
        Map<String, Object> made = TEMPLATES.get(name);
        if (made == null) {
            made = Stacks.template(synthesised());
            TEMPLATES.put(name, made);
        }
        return made;
    }

    @Override
    public String toString() {
        return name;
    }
}
