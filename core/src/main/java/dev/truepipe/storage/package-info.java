/**
 * Where bytes lie: the S3 port in the core's own words. Enter at {@link dev.truepipe.storage.ObjectStore}.
 *
 * <p>Nothing here knows an SDK; the adapter for S3 lives with the functions.
 */
package dev.truepipe.storage;
