package dev.truepipe.bench;

/** Does nothing: what a JVM takes to start and end. */
final class EmptyProgram {
    private EmptyProgram() {}

    public static void main(String[] arguments) {
        // Nothing.
    }
}
