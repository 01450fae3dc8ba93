/**
 * SQS at home: ElasticMQ in this process, and the event source mapping that hands messages to functions.
 *
 * <p>Enter at {@code EmbeddedSqs}.
 */
package dev.truepipe.emulator.sqs;
