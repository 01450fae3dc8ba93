package dev.truepipe.report;

/** What the labels were: written by {@code SealDataset} beside {@code dataset.json}. */
public final class DataReport {
    /** Examples shown for one code. */
    public static final int MAX_EXAMPLES = 3;
    private DataReport() {}
}
