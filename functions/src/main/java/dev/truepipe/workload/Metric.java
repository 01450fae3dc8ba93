package dev.truepipe.workload;

/**
 * What the functions measure, in namespace {@value #NAMESPACE}, by dimensions {@value #MACHINE} and {@value #DIMENSION}: stacks beside each other may have
 * datasets of one name.
 */
public enum Metric {
    /** Executions started by Intake. */
    EXECUTIONS_STARTED("ExecutionsStarted", "Count"),
    /** Runs that ended with their plan: held by a brake, nothing changed, another works on it, nothing to read. */
    RUNS_HELD("RunsHeld", "Count"),
    RUNS_UNCHANGED("RunsUnchanged", "Count"),
    RUNS_SUPERSEDED("RunsSuperseded", "Count"),
    RUNS_EMPTY("RunsEmpty", "Count"),
    /** Lines of a decided run, by what became of them. */
    LINES_ACCEPTED("LinesAccepted", "Count"),
    LINES_QUARANTINED("LinesQuarantined", "Count"),
    LINES_SUPERSEDED("LinesSuperseded", "Count"),
    /** Quarantined lines per hundred lines. */
    QUARANTINED_SHARE("QuarantinedShare", "Percent"),
    /** Runs that a gate stopped, or that had labels nobody could read. */
    GATES_CLOSED("GatesClosed", "Count"),
    /** Judged models: champion now, kept as they are, or too late to become it. */
    MODELS_PROMOTED("ModelsPromoted", "Count"),
    MODELS_KEPT("ModelsKept", "Count"),
    MODELS_LATE("ModelsLate", "Count"),
    /** The objective's last value of a judged model, and of the champion after that judgement. */
    OBJECTIVE("Objective", "None"),
    CHAMPION_OBJECTIVE("ChampionObjective", "None"),
    /** Seconds that a training job took, and those billed for it. */
    TRAINING_TIME("TrainingTime", "Seconds"),
    BILLED_TRAINING_TIME("BilledTrainingTime", "Seconds");

    public static final String NAMESPACE = "Truepipe";
    public static final String DIMENSION = "Dataset";
    /** Name of the state machine, in which the stack's stands. */
    public static final String MACHINE = "StateMachine";

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
