package dev.truepipe.emulator.s3;

import java.util.List;

/**
 * One S3 bucket.
 *
 * @param notifications what is told to queues when an object is created
 * @param eventBridge whether {@code Object Created} events go to the event bus
 */
public record BucketSpec(String name, List<NotificationSpec> notifications, boolean eventBridge) {
    public BucketSpec {
        notifications = List.copyOf(notifications);
        for (int i = 0; i < notifications.size(); i++) {
            for (NotificationSpec other : notifications.subList(0, i)) {
                if (notifications.get(i).overlaps(other)) {
                    throw new IllegalArgumentException("bucket " + name + ": notifications \"" + other.id() + "\" and \""
                            + notifications.get(i).id() + "\" overlap in prefix and suffix, which S3 refuses");
                }
            }
        }
    }

    /** A bucket that tells nobody. */
    public BucketSpec(String name) {
        this(name, List.of(), false);
    }

    /**
     * Tells a queue of every object created ({@code s3:ObjectCreated:*}) whose key fits.
     *
     * @param id names the rule in each event
     * @param prefix of the raw key, may be empty
     * @param suffix of the raw key, may be empty
     */
    public record NotificationSpec(String id, String queue, String prefix, String suffix) {
        boolean matches(String key) {
            return key.startsWith(prefix) && key.endsWith(suffix);
        }

        private boolean overlaps(NotificationSpec other) {
            return (prefix.startsWith(other.prefix) || other.prefix.startsWith(prefix))
                    && (suffix.endsWith(other.suffix) || other.suffix.endsWith(suffix));
        }
    }
}
