/**
 * Reports that people open: one HTML file each, with its style and pictures inside, no script and no network.
 *
 * <p>Enter at {@link dev.truepipe.report.DataReport} (what the labels were) and
 * {@link dev.truepipe.report.ModelReport} (what came of training on them). Both are handed plain records and
 * write the same bytes for the same input; nothing here knows a clock, a manifest or a cloud. Every text is
 * shown as text, whatever it holds.
 */
package dev.truepipe.report;
