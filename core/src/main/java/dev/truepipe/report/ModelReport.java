package dev.truepipe.report;

/** What came of training: written by {@code JudgeModel} as the model's {@code report.html}. */
public final class ModelReport {
    /** Pictures shown. */
    public static final int MAX_SAMPLES = 24;
    /** Largest picture embedded, in bytes. */
    public static final int MAX_JPEG_BYTES = 512 * 1024;
    private ModelReport() {}
}
