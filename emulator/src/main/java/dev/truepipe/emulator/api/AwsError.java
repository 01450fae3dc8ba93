package dev.truepipe.emulator.api;

/** An error as an AWS service answers it: a code that SDKs turn into an exception type, and a message for people. */
public final class AwsError extends Exception {
    private final String code;

    /** @param code AWS's own spelling, such as {@code ResourceInUse} or {@code ValidationException} */
    public AwsError(String code, String message) {
        super(message);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
