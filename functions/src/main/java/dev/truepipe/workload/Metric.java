package dev.truepipe.workload;

/** What the functions measure, in namespace {@value #NAMESPACE}, by dimension {@value #DIMENSION}. */
public enum Metric {
    /** Executions started by Intake. */
    EXECUTIONS_STARTED("ExecutionsStarted", "Count"),
    /** Lines of a decided run, by what became of them. */
    LINES_ACCEPTED("LinesAccepted", "Count"),
    LINES_QUARANTINED("LinesQuarantined", "Count"),
    LINES_SUPERSEDED("LinesSuperseded", "Count"),
    /** Quarantined lines per hundred lines. */
    QUARANTINED_SHARE("QuarantinedShare", "Percent"),
    /** Runs that a gate stopped. */
    GATES_CLOSED("GatesClosed", "Count"),
    /** Models that became champion, and the objective's value of every judged model. */
    MODELS_PROMOTED("ModelsPromoted", "Count"),
    OBJECTIVE("Objective", "None"),
    /** Seconds billed for a training job. */
    BILLED_TRAINING_TIME("BilledTrainingTime", "Seconds");

    public static final String NAMESPACE = "Truepipe";
    public static final String DIMENSION = "Dataset";

    private final String metricName;
    private final String unit;

    Metric(String metricName, String unit) {
        this.metricName = metricName;
        this.unit = unit;
    }

    public String metricName() {
        return metricName;
    }

    /** As CloudWatch names units. */
    public String unit() {
        return unit;
    }
}
