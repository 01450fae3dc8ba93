package dev.truepipe.emulator.lambda.host;

import java.io.PrintStream;

/**
 * Loads every handler once and calls it with an empty object, so that the JVM can note which classes functions need.
 * What a handler says to that is of no interest, only that it was asked: each outcome is printed, none is an error.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /** @param args handlers */
    public static void main(String[] args) {
        PrintStream log = System.err;
        for (String name : args) {
            try {
                HandlerCall handler = HandlerCall.load(name);
                handler.call(new byte[] {'{', '}'}, new HostContext("rehearsal", name, System.currentTimeMillis() + 1_000, log));
                log.println("rehearsed " + name);
            } catch (Throwable e) {
                log.println("rehearsed " + name + ", which said " + e);
            }
        }
    }
}
