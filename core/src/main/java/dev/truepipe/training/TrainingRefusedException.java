package dev.truepipe.training;

/** A training job that could only fail is not asked for; the message says why, and what to change. */
public class TrainingRefusedException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** @param message begins with the key of the settings that is to be changed, where there is one */
    public TrainingRefusedException(String message) {
        super(message);
    }
}
