/**
 * One Lambda handler for each state that needs code, and the AWS side of the core's ports.
 *
 * <p>Handlers translate and delegate: enter at any {@code …Handler}. {@link dev.truepipe.functions.S3ObjectStore} is S3
 * behind {@link dev.truepipe.storage.ObjectStore}. Nothing here knows an endpoint: clients read the environment.
 */
package dev.truepipe.functions;
