package dev.truepipe.emulator.states;

import java.io.IOException;

/** Where a Distributed Map reads its items from: whole objects of S3. */
@FunctionalInterface
public interface ItemReader {

    /**
     * @param execution who is asking
     * @throws IOException if there is no such object or it cannot be read; the Map fails with {@code States.ItemReaderFailed}
     */
    byte[] read(ExecutionRef execution, String bucket, String key) throws IOException;
}
