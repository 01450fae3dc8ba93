package dev.truepipe.bench;

/** Something cannot be measured, or is not what it must be: the bench ends. */
final class BenchFailure extends RuntimeException {
    BenchFailure(String message) {
        super(message);
    }

    BenchFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
