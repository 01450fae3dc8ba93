package dev.truepipe.report;

import java.util.Objects;

/**
 * Something to follow. A target that begins with {@code https://} or {@code http://}, or is a plain relative file
 * name where that file lies beside the page, becomes a link; any other (an S3 URI, an ARN) is shown as text to copy.
 *
 * @param label what it is, such as {@code Training job in the console}
 * @param target where it is
 */
public record Link(String label, String target) {
    public Link {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(target, "target");
    }
}
