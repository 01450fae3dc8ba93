/**
 * How the embedded services are called: one address, at which {@link dev.truepipe.emulator.api.AwsEndpoint} tells AWS JSON, the
 * Query protocol and S3 apart.
 */
package dev.truepipe.emulator.api;
