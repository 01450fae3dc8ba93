package dev.truepipe.dataset;

import java.io.OutputStream;

/**
 * Where a chunk's lines go. The streams are written to, never flushed or closed; they do well to buffer.
 *
 * @param test gets nothing unless a share is set for it
 */
public record ChannelOutputs(
        OutputStream train, OutputStream validation, OutputStream quarantine, OutputStream superseded, OutputStream test, OutputStream findings) {
    OutputStream of(Channel channel) {
        return switch (channel) {
            case TRAIN -> train;
            case VALIDATION -> validation;
            case QUARANTINE -> quarantine;
            case SUPERSEDED -> superseded;
            case TEST -> test;
        };
    }
}
