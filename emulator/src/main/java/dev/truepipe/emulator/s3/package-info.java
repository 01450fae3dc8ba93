/**
 * S3 at home: S3Proxy on a folder, in this process, which tells queues of new objects.
 *
 * <p>Enter at {@link dev.truepipe.emulator.s3.EmbeddedS3}.
 */
package dev.truepipe.emulator.s3;
