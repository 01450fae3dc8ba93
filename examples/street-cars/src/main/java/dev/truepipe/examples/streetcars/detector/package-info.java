/**
 * A small object detector that learns from SageMaker Pipe mode: what you would write in your own training container.
 *
 * <p>Enter at {@link dev.truepipe.examples.streetcars.detector.Main}. It needs the JDK and nothing else: its reader of
 * RecordIO and its reader of JSON are its own, as a container must not need Truepipe. It knows nothing of who drew the
 * pictures.
 */
package dev.truepipe.examples.streetcars.detector;
