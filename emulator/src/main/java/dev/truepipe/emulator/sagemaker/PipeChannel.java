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
 * @param shuffleSeed if present, each epoch has an order of its own, see {@link LineOrder}
 */
public record PipeChannel(
        String name,
        S3Uri manifest,
        List<String> attributeNames,
        Wrapper wrapper,
        String contentType,
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
