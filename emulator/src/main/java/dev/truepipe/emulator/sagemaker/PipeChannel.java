package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.S3Uri;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A training input that is streamed from an augmented manifest through FIFOs.
 *
 * @param name 1 to 64 letters, digits, {@code . - _}; the FIFO of epoch 0 is {@code <name>_0}
 * @param manifest the augmented manifest
 * @param attributeNames what is streamed of each line, in this order; 1 to 16 names
 * @param wrapper how records are told apart
 * @param contentType handed to the algorithm as it is, or {@code null}
 * @param distribution which of its lines an instance gets, when there are several
 * @param shuffleSeed if present, each epoch has an order of its own, see {@link LineOrder}
 */
public record PipeChannel(
        String name,
        ManifestSource manifest,
        List<String> attributeNames,
        Wrapper wrapper,
        String contentType,
        Distribution distribution,
        OptionalLong shuffleSeed) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.\\-_]{1,64}");

    public PipeChannel {
        attributeNames = List.copyOf(attributeNames);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a channel's name has 1 to 64 of the characters A-Z a-z 0-9 . - _, was \"" + name + "\"");
        }
        if (attributeNames.isEmpty() || attributeNames.size() > 16) {
            throw new IllegalArgumentException("channel " + name + " has " + attributeNames.size()
                    + " attribute names; name 1 to 16 of its manifest's attributes, in the order the algorithm reads");
        }
    }

    /** A manifest in S3, all of it for every instance. */
    public PipeChannel(String name, S3Uri manifest, List<String> attributeNames, Wrapper wrapper, String contentType, OptionalLong shuffleSeed) {
        this(name, ManifestSource.object(manifest), attributeNames, wrapper, contentType, Distribution.FULLY_REPLICATED, shuffleSeed);
    }

    /** {@code S3DataDistributionType}. */
    public enum Distribution {
        /** Every instance gets every line. */
        FULLY_REPLICATED("FullyReplicated"),
        /**
         * Every line goes to one instance. AWS does not say which; here the lines of an epoch, in its order, are dealt to the
         * instances like cards, so no instance gets more than one line more than another, and a shuffled epoch is dealt anew.
         */
        SHARDED_BY_S3_KEY("ShardedByS3Key");

        private final String text;

        Distribution(String text) {
            this.text = text;
        }

        /** As the API spells it. */
        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException if it is neither {@code FullyReplicated} nor {@code ShardedByS3Key} */
        public static Distribution parse(String text) {
            for (Distribution distribution : values()) {
                if (distribution.text.equals(text)) {
                    return distribution;
                }
            }
            throw new IllegalArgumentException("a distribution is FullyReplicated or ShardedByS3Key, was \"" + text + "\"");
        }
    }

    /** {@code RecordWrapperType}. */
    public enum Wrapper {
        /** The attributes of all lines run together. */
        NONE("None"),
        /** Each attribute of each line is one RecordIO record. */
        RECORD_IO("RecordIO");

        private final String text;

        Wrapper(String text) {
            this.text = text;
        }

        /** As the API spells it. */
        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException if it is neither {@code None} nor {@code RecordIO} */
        public static Wrapper parse(String text) {
            for (Wrapper wrapper : values()) {
                if (wrapper.text.equals(text)) {
                    return wrapper;
                }
            }
            throw new IllegalArgumentException("a record wrapper is None or RecordIO, was \"" + text + "\"");
        }
    }
}
