/**
 * An augmented manifest becomes what other trainers eat. Enter at {@link dev.truepipe.exporting.Exporter}.
 *
 * <p>Only accepted lines go out, of each object the newest label, as {@code split} has it. What a format cannot say (confidences, dates, labeling
 * jobs) stays behind; images, classes and boxes do not: {@code dev.truepipe.importing} gives the same labels back.
 */
package dev.truepipe.exporting;
